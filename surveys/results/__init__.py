"""Published figures: scored, disclosed and frozen once, at the seal. The only door out of a wave."""
