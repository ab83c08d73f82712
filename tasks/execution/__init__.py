"""Outcomes: what to send, what became of it, and what that has taught."""
