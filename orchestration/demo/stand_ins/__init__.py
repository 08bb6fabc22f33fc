"""Local stand-ins of the vendors' interfaces, which the real extractors talk to in the demo and in tests.

Belongs here: servers that follow the vendors' published contracts, over data that changes between runs. Nothing here knows
the extractors, and nothing of the real path imports this.
"""
