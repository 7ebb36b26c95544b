"""One file a figure: each prints a ratio against a limit or a peer that was measured in the same run."""
