"""Other frameworks, each in an environment of its own below `bench/work`, on the same questions."""
