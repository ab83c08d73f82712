"""The difference between two files of lines, as several programs find it."""
