"""Tests of public request numbers, of the mails that operations cause, and of how mails leave."""
