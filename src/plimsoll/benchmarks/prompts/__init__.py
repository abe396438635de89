"""Your own questions, out of a file: no published system, and no Python needed."""
