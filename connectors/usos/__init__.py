"""USOS: the module services/phones."""
