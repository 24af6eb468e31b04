"""How often things are looked at that nobody rang for, in seconds."""

from django.conf import settings

LOOK_SECONDS = 1.0
"""An idle lane of the embedded worker looks at the rows."""
REMOTE_LOOK_SECONDS = 5.0
"""The same of a worker with a broker, of which there may be hundreds: messages that were lost cost so long at most, as
does one that reached a worker whose lanes were all busy."""
SWEEP_SECONDS = settings.SWEEP_SECONDS
"""Whatever fell through is repaired and rung for again."""
PROGRESS_SECONDS = 1.0
"""The row of a large file moves, for the people who watch it."""
SCRUB_SECONDS = 60
"""The next slice of re-reading what is held; one slice takes a little less."""
EVICT_SECONDS = 600
"""Whether there is room enough. Also how long the bytes of what was evicted stay at least."""
PRUNE_SECONDS = 86400
"""What nothing refers to goes."""
INDEX_SECONDS = 60
"""A round over the slices of the upstreams' catalogs that are due; one round takes a little less."""
