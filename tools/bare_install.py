"""
Whether G.711, L16, G.722 and Opus work as C{pip install} alone leaves them.

Run by C{tox -e bare}, in an environment that has the package and what it requires, and nothing
else.  A libopus of the system's own is passed over, as if there were none.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import h323d
from h323d.dsp.opus import OPUS, opus
from h323d.dsp.provisions import provisions, tried

ROOT = Path(__file__).parents[1]
ALONE = {"PCMU", "PCMA", "L16", "G722"}
NOT_REQUIRED = ("av", "pytest")
NOT_THE_SYSTEMS = ("libopus-of-nobody.so",)


def main() -> None:
    """
    Say what there is, and fail for what there is not.
    """
    if Path(h323d.__file__).parent == ROOT / "h323d":
        sys.exit("this is the checkout, and not what is installed")
    beside = [name for name in NOT_REQUIRED if importlib.util.find_spec(name)]
    if beside:
        sys.exit(f"{', '.join(beside)} is here, which nothing requires")
    had = [each for each in provisions() if each.format.name in ALONE]
    had.append(tried(OPUS, opus(NOT_THE_SYSTEMS)))
    for each in had:
        print(f"{each.format}: {each.missing or each.library}")
    if any(each.codec is None for each in had):
        sys.exit("not all work that should after pip install alone")


if __name__ == "__main__":
    main()
