"""The road from two files to a stored plan and a line report, as several programs go it."""
