"""Feeds: a master looks at a file before it counts, takes it in, settles what is held, and sees what each run did."""
