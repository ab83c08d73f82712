"""What is said, in Polish and in English."""
