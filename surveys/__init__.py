"""The domain: what Kept knows and decides. Nothing here knows the web, Slack, mail or a scheduler."""
