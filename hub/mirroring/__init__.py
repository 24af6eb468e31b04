"""From wish to published: submit, look, approve, plan, settle, and the pull of something not held."""
