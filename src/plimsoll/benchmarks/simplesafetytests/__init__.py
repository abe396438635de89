"""SimpleSafetyTests' prompts."""
