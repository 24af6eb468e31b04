"""How often things are looked at that nobody rang for, in seconds."""

LOOK_SECONDS = 1.0
"""The embedded worker looks at the rows."""
SWEEP_SECONDS = 60
"""Whatever fell through is picked up; also what losing every message costs at most."""
PROGRESS_SECONDS = 1.0
"""The row of a large file moves, for the people who watch it."""
