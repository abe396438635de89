"""AgentDojo: its suites, played by our agents and judged by its own checks."""
