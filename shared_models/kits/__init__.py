"""A rep's kit: the list of samples her bag should hold."""
