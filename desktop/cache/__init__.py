"""The station's offline files: station.db, the line files beside it, their keys, opening and upgrading them."""
