"""Products and inventory as distributors publish them."""
