"""What Kept tells Slack: messages, and the one client that calls it."""
