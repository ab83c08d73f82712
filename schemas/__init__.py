"""What things are: tables, settings, errors, the words of a plan. No I/O, no clock, nothing of ours imported."""
