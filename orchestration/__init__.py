"""Support Metrics: everything around the SQL."""
