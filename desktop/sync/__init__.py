"""How a station records what people do, and agrees with the server: outbox, rebase, client, engine."""
