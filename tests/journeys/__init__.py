"""The running hub, started as a user starts it, in front of a stand-in upstream, and driven by the real clients."""
