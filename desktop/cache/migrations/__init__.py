"""The steps from each version of station.db to the next."""
