"""The library desk: lending, taking back, who has what, all from one scan box."""
