"""The only rooms that touch the world: services, files, the ledger. They decide nothing."""
