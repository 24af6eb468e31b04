"""The real clients that the journeys drive, each in an environment of its own with every version pinned."""
