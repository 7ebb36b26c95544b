"""How the server's tables came to be, one step a file."""
