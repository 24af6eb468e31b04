"""Our own REST API, under /-/api/."""
