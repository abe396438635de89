"""RED-EVAL's question sets and their counting."""
