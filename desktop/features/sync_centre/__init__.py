"""The sync centre: what waits, what was refused and why, what needs a look, and what was done."""
