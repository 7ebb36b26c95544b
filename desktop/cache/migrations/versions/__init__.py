"""One file a version of station.db."""
