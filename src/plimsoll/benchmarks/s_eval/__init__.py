"""Files, links and scores of S-Eval."""
