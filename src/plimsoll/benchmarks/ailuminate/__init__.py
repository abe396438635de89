"""Files, standards and grades of AILuminate."""
