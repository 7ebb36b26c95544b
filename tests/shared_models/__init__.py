"""Tests of what a record is and what may happen to it, over records kept in memory."""
