"""What a distributor's own system asks and answers about sample requests."""
