"""The clock: every job is one verb, woken by a tick, and finds its work in rows."""
