"""One file for each tool of the client guide: it is run against the running hub as hub/docs/tools.md says."""
