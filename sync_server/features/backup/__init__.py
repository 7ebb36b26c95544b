"""The whole database in one file, checked, and such a file brought back."""
