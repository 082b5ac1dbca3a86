"""Retrospectives in Slack: what the command and the buttons open, and what comes of the forms."""
