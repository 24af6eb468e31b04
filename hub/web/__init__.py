"""Pages for people, under /-/."""
