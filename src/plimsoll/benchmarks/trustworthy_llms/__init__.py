"""The eight studies of Trustworthy LLMs: questions, ways of asking, counting."""
