"""Retrospectives: cards nobody can trace, groups, votes without voters, and the steps a team agrees on."""
