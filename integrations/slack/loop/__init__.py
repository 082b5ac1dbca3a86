"""The loop in Slack: what its buttons open, and what comes of the forms."""
