"""Composition: what happens in which order, and how a person starts it."""
