"""What all extractors of vendors' interfaces share: calling, landing records, remembering where to go on.

Belongs here: nothing that only one system needs; that stands in the system's own package beside this one.
"""
