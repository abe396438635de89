"""Models around models that let through, or hold back, what is asked and said."""
