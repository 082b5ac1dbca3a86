"""What other tools tell when something was finished, read into one kind of milestone."""
