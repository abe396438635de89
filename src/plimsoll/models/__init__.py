"""Request -> response: every way to reach a language model."""
