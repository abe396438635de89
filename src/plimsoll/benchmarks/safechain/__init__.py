"""Parts of SafeChain."""
