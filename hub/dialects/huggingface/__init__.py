"""The Hugging Face wire, at the root. What real clients need, and which versions: hub/docs/clients.md."""
