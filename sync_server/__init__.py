"""The central server that every station and every distributor's feed meets on."""
