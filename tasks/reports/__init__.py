"""Pages and tables that people open, and what may be seen on them."""
