"""Foreign formats and frameworks, in and out."""
