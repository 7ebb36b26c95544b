"""What the import linter cannot say about the shape of the code, said as tests."""
