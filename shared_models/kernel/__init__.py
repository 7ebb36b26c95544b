"""Small exact building blocks that every area uses: ids, clock, measures, records, errors."""
