"""Kits: what a rep should carry, as lists of items, and ordering what is missing in one step."""
