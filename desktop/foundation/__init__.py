"""Small things without business in them: changes, jobs, routes, assets, paths, logs."""
