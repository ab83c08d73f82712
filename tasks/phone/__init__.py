"""Telephone numbers: how they are read, compared and written, one by one and on whole columns."""
