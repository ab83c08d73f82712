"""Both services as targets: reading them, and writing what a plan wants."""
