"""Tickets, confirmations and the warehouse's sample stock."""
