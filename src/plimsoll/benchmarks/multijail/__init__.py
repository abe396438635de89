"""MultiJail's data set, languages and aggregation."""
