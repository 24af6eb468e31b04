"""Everything that takes time."""
