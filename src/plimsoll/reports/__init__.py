"""Records and estimates -> terminal tables, Markdown, JSON and HTML for people."""
