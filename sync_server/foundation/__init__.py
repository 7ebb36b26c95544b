"""What every feature of the server stands on: database, errors, caller, background tasks, logs."""
