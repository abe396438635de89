"""What SafetyBench is made of: its files, prompts, official rules and reference rows."""
