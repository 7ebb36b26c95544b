"""What a distributor publishes about its customers' business: reserves, sales orders, freight and the customers."""
