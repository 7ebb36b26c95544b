"""Copies of samples, who has them, and their barcodes."""
