"""
How the documentation is built.
"""

import pathlib

project = "h323d"
copyright = "the h323d maintainers"
author = "the h323d maintainers"
extensions = ["sphinx.ext.intersphinx", "pydoctor.sphinx_ext.build_apidocs"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {
    "description": "H.323 and SIP callers meet in one room",
    "fixed_sidebar": True,
}
nitpicky = True
intersphinx_mapping = {}

_root = pathlib.Path(__file__).parents[1]

pydoctor_args = [
    "--project-name=h323d",
    f"--project-base-dir={_root}",
    "--docformat=epytext",
    "--html-output={outdir}/api",
    "--privacy=HIDDEN:h323d.asn1.codec.*",
    "--privacy=HIDDEN:h323d.asn1.schema.*",
    "--intersphinx-file=",
    f"{_root}/h323d",
]
pydoctor_url_path = "/en/latest/api/"
