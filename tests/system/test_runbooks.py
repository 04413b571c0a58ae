"""
Each command of the pages for production is typed as it stands there, while a protected server has a council,
and none of them fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from h323d.config.sample import sample
from h323d.guard.keyfile import newKey
from tests.support.processes import Caller, program, run, waitFor
from tests.support.protectedserver import ProtectedServer
from tests.support.runbooks import PAGES, commandsOf

pytestmark = pytest.mark.interop

US = "127.0.149.1"
ROOM = "80001"
CALLER = "h323d-call"  # as it calls itself, where nobody says otherwise
GUARD = """\
[guard]
registry = "{registry}"
name = "council-1"
"""


class Desk:
    """
    A protected server with a council in its room, and where its operator sits.
    """

    def __init__(self, directory: Path, server: ProtectedServer) -> None:
        self.directory = directory
        self.server = server
        key = newKey()[1]
        configuration = directory / "h323d.toml"
        configuration.write_text(sample())
        self._words = {
            "/etc/h323d.toml": str(configuration),
            "public_key=ed25519:302a30...": f"public_key={key}",
        }

    def type(self, words: list[str]) -> str:
        """
        @return: what went wrong; empty if nothing did.
        """
        if words[1:] == ["ha", "switchover"]:
            self.server.protected()
        told = [self._here(each) for each in words]
        command = [program(told[0]), *told[1:]]
        if words[0] == "h323ctl" and words[1] not in ("config", "guard", "explain"):
            command[1:1] = ["--socket", str(self.server.socket)]
        if ">" in command:
            place = command.index(">")
            done = run(command[:place])
            Path(command[place + 1]).write_text(done.stdout)
        else:
            done = run(command, cwd=self.directory, env=os.environ)
        return "" if done.returncode == 0 else f"{' '.join(words)}: {done.stderr}{done.stdout}"

    def _here(self, word: str) -> str:
        return self._words.get(word, word.replace("127.0.0.1", US))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    registry = tmp_path / "guardians.yaml"
    for each in (registry, tmp_path / "registry.yaml"):
        each.write_text("# who may come\n")
    who = (
        "proof=address",
        "addresses=127.0.0.0/8",
        f"aliases=sip:{CALLER}@{US}",
        f"aliases=h323:{CALLER}",
    )
    added = run([program("h323ctl"), "guard", "add", str(registry), "if://guardian/caller", *who])
    assert added.returncode == 0, added.stderr
    server = ProtectedServer(tmp_path, US, GUARD.format(registry=registry))
    callers = [
        Caller(tmp_path, f"caller-{number}", "--tone", "440", f"{protocol}:{ROOM}@{US}")
        for number, protocol in enumerate(("sip", "h323"))
    ]
    with ExitStack() as stack:
        stack.enter_context(server)
        server.ask("council", ROOM, "convene", "-", "ROUTINE")
        for caller in callers:
            stack.enter_context(caller)

        def bothAreThere() -> bool:
            return [len(each["participants"]) for each in server.ask("rooms")] == [2]

        waitFor(bothAreThere, 10, "both are in the room")
        yield Desk(tmp_path, server)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_everyCommandCanBeTypedAsItStandsThere(page: Path, desk: Desk) -> None:
    commands = commandsOf(page)
    assert commands
    assert [wrong for wrong in map(desk.type, commands) if wrong] == []
