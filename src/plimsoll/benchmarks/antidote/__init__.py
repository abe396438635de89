"""Antidote: what harmful texts use is set to zero, and how much safety and use are left."""
