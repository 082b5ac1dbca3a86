"""What starts a retrospective: projects of other tools that belong to a team, and a team's rhythm."""
