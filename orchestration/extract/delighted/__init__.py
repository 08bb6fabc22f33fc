"""Delighted: the archive of survey responses that was exported before the service ended in June 2026."""
