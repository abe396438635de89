"""DRO: safety prompts as directions in states, soft prompts learned along them, and its questions."""
