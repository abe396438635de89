"""Agent-SafetyBench: its cases, its environments, and its judges."""
