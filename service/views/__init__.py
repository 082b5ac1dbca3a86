"""Plain structs for templates, built from what queries return."""
