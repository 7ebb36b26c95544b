"""What was asked of distributors about reserves and orders: answered by their masters, followed by who asked."""
