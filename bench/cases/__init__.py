"""One file per measurement; each prints one JSON result."""
