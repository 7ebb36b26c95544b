"""Paper: tickets, waves, receipts and labels as bytes, and the way of those bytes to a printer."""
