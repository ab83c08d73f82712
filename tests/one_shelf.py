"""A sync of one shelf in memory, as `phonesync.toml` says it; all data is invented."""

ONE_SHELF = """\
[connections.here]
kind = "memory"
[syncs.shelf]
connection = "here"
shelf = "a"
source = "shelf.csv"
"""
