"""Sphinx configuration."""

import sys
from pathlib import Path

from isthmus import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Isthmus"
author = "The Isthmus developers"
copyright = "the Isthmus developers, documentation under CC-BY-4.0"
release = __version__
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "mathml",
    "gallery",
    "library",
    "links",
]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"
autosummary_ignore_module_all = False  # a room is what it offers, wherever that is defined
autosummary_imported_members = True
templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "show_prev_next": False,
    "navigation_depth": 2,
    "collapse_navigation": True,  # the branch of the page alone: twice as quick to build
    "show_nav_level": 2,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"**": ["sidebar-nav-bs"]}
html_title = "Isthmus"
exclude_patterns = ["_build", "measured/*.md"]  # parts that other pages include
suppress_warnings = ["myst.xref_missing", "config.cache"]
