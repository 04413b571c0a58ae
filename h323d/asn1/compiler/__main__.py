"""
C{python -m h323d.asn1.compiler [--check]}: write the codecs, or tell whether they
are what would be written.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import h323d.asn1.codec
from h323d.asn1.compiler import shapes
from h323d.asn1.compiler.codec import generate
from h323d.asn1.compiler.source import World

MODULES = (
    "h235",
    "h245",
    "h225",
    "h450_1",
    "h450_2",
    "h450_3",
    "h450_4",
    "h450_8",
    "h450_11",
    "h460_4",
    "h460_18",
    "h460_19",
)


def main(arguments: list[str]) -> int:
    """
    Write or check all the codecs.
    """
    schemas = {name: import_module(f"h323d.asn1.schema.{name}") for name in MODULES}
    world = World({name: shapes.readModule(schema) for name, schema in schemas.items()})
    folder = Path(h323d.asn1.codec.__path__[0])
    stale = 0
    for name, module in world.modules.items():
        title = (schemas[name].__doc__ or "").strip().partition("\n")[0].rstrip(".")
        text = generate(world, module, title)
        path = folder / f"{name}.py"
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale = 1
            sys.stderr.write(f"{path} is not what the schema compiles to\n")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
