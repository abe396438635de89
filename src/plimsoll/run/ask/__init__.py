"""What is asked of which models, and through which layers: specs, plans, wiring, suites."""
