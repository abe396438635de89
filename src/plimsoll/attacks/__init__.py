"""Sample -> samples: ways to make a question harder to answer safely."""
