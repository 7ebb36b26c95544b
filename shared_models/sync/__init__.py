"""What travels between a station and the server, and who may see it."""
