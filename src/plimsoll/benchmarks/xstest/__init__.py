"""XSTest's prompts and scores."""
