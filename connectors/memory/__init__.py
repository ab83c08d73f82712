"""A directory in memory: the smallest service there can be, with faults, for tests and rehearsals without a network."""
