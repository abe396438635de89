"""What every page is made of: one frame, theme, tables, words, plots and markup, for files and for servers.

`words.py` holds what is said in English and Chinese, `units.py` how numbers are written, `markup.py` how
either becomes HTML, `plots.py` and `dots.py` what is drawn. `files.py` makes pages that need nothing else,
`serving.py` pages of a server, `loopback.py` that server for one's own browser.
"""
