"""ModelScope, and every hub that speaks its language. Plain HTTP: hub/docs/decisions.md says why."""
