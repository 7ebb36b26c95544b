"""What else the server does when a distributor is asked about a reserve or an order, and when it answers."""
