"""The Home tab: what it gathers for one person, and how that is shown."""
