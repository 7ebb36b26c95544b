"""Who may see what: every role, stream and route in one walk, with marked rows in every table."""
