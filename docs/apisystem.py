"""
What pydoctor reads to make the API documentation: everything but generated code.
"""

import gc
from pathlib import Path
from typing import Any

from pydoctor.model import System

# A million nodes live to the end: looking for their cycles less often saves a tenth.
gc.set_threshold(200_000, 20, 50)

GENERATED = frozenset({"codec", "schema"})  # under h323d/asn1; some 80,000 lines


class HandWritten(System):
    """
    Passes over the generated packages, which would be parsed for minutes.
    """

    def addPackage(self, package_path: Path, *arguments: Any, **options: Any) -> None:
        # Any: whatever pydoctor passes on.
        if package_path.parent.name == "asn1" and package_path.name in GENERATED:
            return
        super().addPackage(package_path, *arguments, **options)
