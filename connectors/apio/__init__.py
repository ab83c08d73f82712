"""APIO: the common phone list of a tenant or of a group."""
