"""SOMF: what fine-tuning added to a safe model, through a learned mask; and whose replies are safer."""
