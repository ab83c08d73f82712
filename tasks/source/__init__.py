"""Lines of a file: their columns, what is wrong with them, and what is said beside them."""
