"""Findings of a reconciliation: where files and places differ, since when, and what to do about it."""
