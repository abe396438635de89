"""Parts of the four-perspective recipe."""
