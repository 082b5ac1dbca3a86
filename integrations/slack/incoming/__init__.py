"""What Slack tells Kept: what it signed, read into typed events."""
