"""Decisions as pure functions on tables: one verb a file, no I/O, no clock."""
