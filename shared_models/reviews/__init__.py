"""What the server could not simply accept, waiting for a person to look at it."""
