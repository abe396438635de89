"""Agents in small worlds of our own: conduct and tasks, judged by rules."""
