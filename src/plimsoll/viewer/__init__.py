"""Run folders -> pages in a browser: all runs, a run, any of its items; served, or as a folder of files.

`logs.py` lists the runs, `rows.py` reads a journal once and then only onward, `search.py` filters and
searches it, `pages.py` draws, `web.py` serves, `bundle.py` writes files. Nothing here writes to a run.
"""
