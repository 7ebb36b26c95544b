"""Tests of what distributors post."""
