"""Records -> estimates, each with n and an interval."""
