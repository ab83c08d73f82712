"""Kartoteka, an invented service: the cards of a cabinet, in a file. Only its test has it."""
