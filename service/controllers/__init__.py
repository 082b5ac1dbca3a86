"""One controller per subject."""
