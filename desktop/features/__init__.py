"""One folder an area; feature.py is its only door, and features open one another through routes."""
