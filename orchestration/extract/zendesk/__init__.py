"""Zendesk Support: tickets with metric sets and events, people, groups, schedules, and satisfaction, old and new."""
