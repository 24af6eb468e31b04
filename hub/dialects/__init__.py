"""Wires of other hubs: they translate, and hold no models and no rules of their own."""
