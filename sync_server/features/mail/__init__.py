"""Mail: the outbox, its worker, and what the mails say."""
