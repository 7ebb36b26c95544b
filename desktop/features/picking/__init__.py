"""Picking: the queue of sample requests, tickets, and confirming what was picked."""
