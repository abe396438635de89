"""PCJailbreak: requests from writers of two groups, and the paired difference between them."""
