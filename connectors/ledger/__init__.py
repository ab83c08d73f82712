"""The ledger: what was planned, intended, done and learnt, in one database."""
