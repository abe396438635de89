"""Numbers -> intervals and tests."""
