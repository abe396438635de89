"""ToolEmu: tools that a model plays, the cases that stress agents in them, and its two evaluators."""
