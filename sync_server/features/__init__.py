"""The server's areas, one folder each."""
