"""ISE: segment embeddings that tell instructions from data, and the injections that they are measured by."""
