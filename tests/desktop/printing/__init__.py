"""Paper is tested the way it is used: rendered, scanned and read."""
