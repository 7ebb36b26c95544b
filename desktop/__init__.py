"""The desktop program of Order-Track: works on its own files, with or without a network."""
