"""Questions with their way of asking, judging and counting."""
