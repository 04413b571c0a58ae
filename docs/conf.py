"""
How the documentation is built.
"""

import pathlib
import sys

_root = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(pathlib.Path(__file__).parent))  # for apisystem

project = "h323d"
copyright = "the h323d maintainers"
author = "the h323d maintainers"
extensions = ["myst_parser", "sphinx.ext.intersphinx", "pydoctor.sphinx_ext.build_apidocs"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "h323d"
myst_heading_anchors = 3  # so that alerts can name a section of the runbook
nitpicky = True
intersphinx_mapping: dict[str, object] = {}  # pydoctor adds our own API: no network is needed

# What pydoctor has to say comes out as Sphinx's warnings, and -W makes them errors.
pydoctor_args = [
    "--project-name=h323d",
    f"--project-base-dir={_root}",
    "--docformat=epytext",
    "--html-output={outdir}/api",
    "--system-class=apisystem.HandWritten",
    # It repeats what the pages' own tables say, and would take a third of the time.
    "--no-sidebar",
    # Pages of what nobody outside may use would take a third of the time, too.
    "--privacy=HIDDEN:**._*",
    "--privacy=PUBLIC:**.__*__",
    f"{_root}/h323d",
]
pydoctor_url_path = "api/"
