"""
A distribution with policies of the guard, as C{pip} would have installed it.
"""

from __future__ import annotations

import re
import shutil
import textwrap
import tomllib
from collections.abc import Sequence
from pathlib import Path

__all__ = ["NO", "OPEN", "Package", "Written"]

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "write-a-policy.rst"

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


class Written:
    """
    The package that the reader of the page has written.

    @ivar tests: what they have written to test it.
    @ivar commands: what they are told to say, without those that need other programs than ours.
    """

    def __init__(self, directory: Path) -> None:
        page = PAGE.read_text()
        self.commands = re.findall(r"(?m)^ +\$ (h323.*)$", page)
        blocks = re.findall(r"code-block:: (\w+)\n\n((?:(?: {7}.*)?\n)+)", page)
        written = [textwrap.dedent(text) for kind, text in blocks if kind in ("ini", "python")]
        project, policy, self.tests = written
        package = directory / "nightrest"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(policy)
        info = directory / "council_nightrest-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: council-nightrest\nVersion: 1.0\n"
        )
        entries = tomllib.loads(project)["project"]["entry-points"]["h323d.guard"]
        lines = [f"{name} = {value}\n" for name, value in entries.items()]
        (info / "entry_points.txt").write_text("[h323d.guard]\n" + "".join(lines))
