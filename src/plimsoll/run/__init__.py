"""The engine: plans, asks, judges, journals and counts. Knows no part by name."""
