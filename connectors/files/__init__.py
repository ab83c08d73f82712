"""Files: what is read as a table, and what is written whole or not at all."""
