"""Intercom (REST API, version 2.14): conversations with all their parts, ratings, teammates, teams, tags and contacts."""
