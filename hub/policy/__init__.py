"""May we hold it: rules, and the pure function that applies them to facts."""
