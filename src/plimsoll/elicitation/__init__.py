"""Sample x model -> transcript: ways of asking."""
