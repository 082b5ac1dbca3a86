"""Slack: everything that knows its vocabulary."""
