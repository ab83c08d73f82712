"""The first evening: questions, each answer tried at once, and a configuration in the end."""
