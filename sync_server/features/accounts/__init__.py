"""Organisations, people, stations and their tokens."""
