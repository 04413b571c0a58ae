"""
A distribution with policies of the guard, as C{pip} would have installed it.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from pathlib import Path

__all__ = ["NO", "OPEN", "Package"]

CODE = """
    from zope.interface import implementer

    from h323d.call.applications import Reason
    from h323d.guard.gates.inputs import Failure
    from h323d.guard.gates.opinions import IGuardPolicy

    @implementer(IGuardPolicy)
    class Policy:
        def judge(self, asked):
            {body}
"""
OPEN, NO = "return None", 'return Failure(Reason.NOT_PERMITTED, "no")'


class Package:
    """
    A package C{councilpolicies} in a directory, with a module for each policy.
    """

    def __init__(self, directory: Path, names: Sequence[str] = ("one", "two", "three")) -> None:
        """
        @param names: of the policies, which let everything pass.
        """
        self.directory = directory
        info = directory / "council_policies-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: council-policies\nVersion: 1.0\n"
        )
        lines = [f"{name} = councilpolicies.{name}:Policy\n" for name in names]
        (info / "entry_points.txt").write_text("[h323d.guard]\n" + "".join(lines))
        (directory / "councilpolicies").mkdir()
        (directory / "councilpolicies" / "__init__.py").write_text("")
        for name in names:
            self.write(name, OPEN)

    def write(self, name: str, body: str) -> None:
        self.raw(name, textwrap.dedent(CODE).replace("{body}", body))

    def raw(self, name: str, code: str) -> None:
        """
        Python tells whether a file has changed by its size and by the second.
        """
        file = self.directory / "councilpolicies" / f"{name}.py"
        shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
        file.write_text(code)
