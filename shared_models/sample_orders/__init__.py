"""Sample orders, their requests by distributor, and the lines of a request."""
