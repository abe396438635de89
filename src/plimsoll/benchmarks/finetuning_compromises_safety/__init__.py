"""What fine-tuning costs in safety."""
