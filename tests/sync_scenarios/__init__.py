"""Real stations against the real server, in one process over loopback HTTP."""
