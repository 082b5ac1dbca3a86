"""One occurrence of a programme: what was frozen when it opened, and the state it is in."""
