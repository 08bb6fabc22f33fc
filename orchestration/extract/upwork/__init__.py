"""Upwork: hours and charges of contractors, as the client that hires them sees them."""
