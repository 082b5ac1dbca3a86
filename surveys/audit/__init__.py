"""Who changed what, append-only. Never an answer, and never a visit of a member."""
