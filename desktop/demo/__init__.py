"""The demonstration: sample data and a whole working day played through the real program."""
