"""What a first configuration is made of: columns that are recognised by their cells, and the text of the file."""
