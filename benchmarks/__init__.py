"""Side-by-side measurements. Each prints a ratio between two programs in one run, never a time to pass."""
