"""The whole main job with no internet, for people to watch: `python -m tests.demo`."""
