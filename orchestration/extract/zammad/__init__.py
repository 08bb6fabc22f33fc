"""Zammad (self-hosted or hosted, REST API v1): tickets with articles, history, accounted time, users and calendars."""
