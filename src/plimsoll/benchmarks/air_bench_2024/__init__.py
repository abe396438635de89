"""Files, taxonomy and counting of AIR-Bench 2024."""
