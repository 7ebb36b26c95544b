"""Logs are facts with ids, one line each, on standard error; names, addresses and tokens stay out."""

import logging
import sys


def start_logging(level: int = logging.INFO) -> None:
    """Log to standard error from `level` up; libraries only from WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("sync_server").setLevel(level)
