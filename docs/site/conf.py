"""Settings of the documentation's site, which both languages share; build.py adds what differs."""

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Plimsoll"
author = "the Plimsoll authors"
project_copyright = "the Plimsoll authors, Apache-2.0"
release = importlib.metadata.version("plimsoll-eval")
root_doc = "README"
source_suffix = {".md": "markdown"}
extensions = ["myst_parser", "plain_pages"]
exclude_patterns = ["zh", "site"]
suppress_warnings = ["misc.highlighting_failure"]  # `...` stands for anything in what a command prints

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = "Plimsoll"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
_SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"'
_MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC"'
html_theme_options = {
    "light_css_variables": {
        "font-stack": f"{_SANS}, sans-serif",
        "font-stack--monospace": f"{_MONO}, monospace",
        "color-brand-primary": "#1f6a9c",
        "color-brand-content": "#1f6a9c",
        "color-background-primary": "#ffffff",
        "color-background-secondary": "#f4f7f8",
    },
    "dark_css_variables": {
        "color-brand-primary": "#62b2e4",
        "color-brand-content": "#62b2e4",
        "color-background-primary": "#12202a",
        "color-background-secondary": "#0c161d",
    },
}
