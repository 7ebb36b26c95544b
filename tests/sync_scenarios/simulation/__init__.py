"""A whole trade in one process: real stations, a real server, a network that cannot be trusted, told by a seed."""
