"""The commands, a module for each thing people come to do; none imports what it does before it is called."""
