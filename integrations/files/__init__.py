"""What people bring or take as a file: answers of other tools, a closed board."""
