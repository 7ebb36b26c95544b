"""What a record is and what may happen to it: the only thing the desktop and the server know of each other."""
