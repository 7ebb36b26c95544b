"""Small real things that tests are built from: clusters, servers, stations, records."""
