"""The server's part of the follow-up: whom each row is shown to, and its places in their streams."""
