"""Repair: a plan that leader and team agree on after trust was hurt, and the looks at it afterwards."""
