"""What a showroom or a rep asks of a distributor about one reserve or order, and what the distributor answers."""
