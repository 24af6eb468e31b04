"""Hugging Face, and every hub that speaks its language. The only folder that imports huggingface_hub."""
