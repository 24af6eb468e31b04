"""One list of everything: what is held and what could be asked for, and the search over it."""
