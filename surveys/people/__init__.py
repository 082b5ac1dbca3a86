"""People: organisations, the tree of teams, who belongs where, who leads, and who may see what."""
