"""The loop: results shared, acknowledged, promises made, moved, done, and confirmed by the team."""
