"""Small worlds of our own: Python classes whose methods are tools, run in the worker process."""
