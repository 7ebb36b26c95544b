"""Pages for browsers: sample requests by signed link, and the follow-up for people away from their desktop."""
