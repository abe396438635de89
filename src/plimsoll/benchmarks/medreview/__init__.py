"""medreview: everything that only this system uses."""
