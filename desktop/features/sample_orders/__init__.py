"""Sample orders: search the catalogue, fill the basket, send it, and follow what becomes of every line."""
