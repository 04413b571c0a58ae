"""
A guarded server with policies of an operator's, as a process: what they say to a softphone that we
did not write, without a restart; and what was signed and shown to a server that was killed.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from h323d.h323.security.guardtoken import GuardStamp, signRAS
from tests.support.guardians import entry, signingKey
from tests.support.policypackage import Package, Written
from tests.support.processes import Baresip, Server, program, run, waitFor
from tests.support.ras import rrq
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

US, BARESIP, ANNA = "127.0.118.1", "127.0.118.2", "127.0.118.3"
PHONE = entry("phone", public_key="", proof="address", addresses=BARESIP, aliases=f"'sip:b@{US}'")
NAME = "council-1"
MINE = 'return Failure(Reason.NOT_PERMITTED, "no") if "phone" in asked.asker.terminalId else None'


class House(Server):
    """
    A guarded server that keeps a log, and finds packages in a directory.
    """

    def __init__(self, directory: Path) -> None:
        self.site = directory / "site"
        self.registry = directory / "registry.yaml"
        super().__init__(directory, US)

    def configure(self, **guard: Sequence[str]) -> None:
        """
        Write the configuration, with these policies.
        """
        self.registry.write_text(f"guardians:\n{PHONE}{entry('anna', aliases='h323:anna')}")
        lines = [f"{key} = {json.dumps(list(names))}" for key, names in guard.items()]
        self.configuration = "\n".join(
            (
                Baresip.SERVER,
                '[witness]\ndirectory = "witness"\norigin = "council.example/a"',
                f'[guard]\nregistry = "{self.registry}"\nname = "{NAME}"',
                *lines,
            )
        )
        super().command()  # which writes it

    def command(self) -> Sequence[str]:
        own = super().command()
        return ["env", f"PYTHONPATH={self.site}", *own] if self.site.exists() else own

    def reload(self, said: str) -> None:
        """
        Have the configuration read again, until the server says something more.
        """
        before = self.output().count(said)
        self.signal(signal.SIGHUP)
        waitFor(lambda: self.output().count(said) > before, 10, said)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """
        A command of ours, as it is typed where the server keeps its files.
        """
        path = f"{Path(program('h323ctl')).parent}:{os.environ['PATH']}"
        environment = os.environ | {"PATH": path, "PYTHONPATH": str(self.site)}
        return run(["sh", "-ec", command], cwd=self.state, env=environment)

    def decisions(self, *doors: str) -> list[dict[str, Any]]:
        path = self.state / "witness" / "1" / "000000000000.jsonl"
        lines = path.read_text().rpartition("\n")[0].splitlines() if path.exists() else []
        told = [json.loads(line)["data"].get("decision") for line in lines]
        return [each for each in told if each and each["input"]["door"] in doors]

    def refusals(self) -> int:
        return int(self.ask("status")["facts"].get("ApplicationRefused", 0))


@contextmanager
def phone(directory: Path) -> Iterator[None]:
    """
    A softphone that calls into a room.
    """
    directory.mkdir()
    writeTone(directory / "tone.wav", 700, 60.0, 8000)
    with Baresip(directory, BARESIP, f"sip:80001@{US}", 60, registrar=US):
        yield


def test_aPolicyIsTriedOutAndPutInForceAndExchangedWithoutARestart(tmp_path: Path) -> None:
    house = House(tmp_path)
    package = Package(house.site, ("one",))
    package.write("one", MINE)
    written = Written(house.site)
    house.configure(shadow=("one", "nightrest"))
    with house:
        with phone(tmp_path / "tried"):
            waitFor(lambda: house.ask("calls"), 20, "it is in the room, as it is only tried out")
        waitFor(lambda: not house.ask("calls"), 10, "and leaves")
        (told,) = house.decisions("INVITE")
        one, _ = told["shadow"]  # what the other says is a matter of the hour
        assert one["answer"] == "refuses"
        replayed = house.run("h323ctl guard replay witness one --json")
        assert replayed.returncode == 0, replayed.stderr
        assert [each["door"] for each in json.loads(replayed.stdout)["changes"]] == ["INVITE"]
        (command,) = written.commands
        done = house.run(command)
        assert "what would have followed from that is not known" in done.stdout, done.stderr

        house.configure(policies=("one",))
        house.reload("configuration reloaded")
        before = house.refusals()
        with phone(tmp_path / "refused"):
            waitFor(lambda: house.refusals() > before, 20, "it is refused, as it is in force")
        assert house.ask("calls") == []

        package.raw("one", "def (")
        house.reload("not reloaded: ")
        before = house.refusals()
        with phone(tmp_path / "still"):
            waitFor(lambda: house.refusals() > before, 20, "it is refused, as the old one holds")

        package.write("one", "return None")
        house.reload("configuration reloaded")
        with phone(tmp_path / "open"):
            waitFor(lambda: house.ask("calls"), 20, "it is in the room, as the new one lets it")
        waitFor(lambda: not house.ask("calls"), 10, "and leaves")
        house.signal(signal.SIGTERM)
        house.wait(10)
        assert "Traceback" not in house.output()
    assert [each["gate"] for each in house.decisions("INVITE")] == ["", "3.1", "3.1", ""]
    for command in (
        "h323d-witness verify witness --key witness/1/key.pub",
        "h323d-witness decisions witness",
    ):
        done = house.run(command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_aPolicyThatHangsIsSwitchedOffAndTheGuardRefuses(tmp_path: Path) -> None:
    house = House(tmp_path)
    package = Package(house.site, ("one",))
    package.write("one", "import time; time.sleep(2.5)")
    house.configure(policies=("one",))
    with house:
        with phone(tmp_path / "phone"):
            waitFor(lambda: house.refusals(), 20, "it is refused")
        assert house.ask("status")["facts"]["PolicySwitchedOff"] == 1
        before = house.refusals()
        with phone(tmp_path / "again"):
            waitFor(lambda: house.refusals() > before, 20, "it is refused again, at once")
        assert "is switched off" in house.output()
    answers = [each["policies"][0]["answer"] for each in house.decisions("INVITE")]
    assert answers[0] == "late"
    assert set(answers[1:]) == {"off"}


class Endpoint:
    """
    Anna's, by hand.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ANNA, 0))
        self._socket.settimeout(60)
        self._count = 0

    def close(self) -> None:
        self._socket.close()

    def signed(self) -> bytes:
        self._count += 1
        message = rrq(self._count, ANNA, ("h323-ID", "anna"))
        stamp = GuardStamp("if://guardian/anna", NAME, int(time.time()), self._count.to_bytes(16))
        return signRAS(message, signingKey("anna"), stamp)

    def ask(self, octets: bytes) -> RASMessage:
        self._socket.sendto(octets, (US, 1719))
        return decodeRAS(self._socket.recv(65_535))


def test_whatWasShownToAServerThatWasKilledIsNotTakenTwice(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.configure()
    endpoint = Endpoint()
    with house:
        waitFor(lambda: shown(endpoint), 20, "what was signed late enough counts")
        first = time.time()
        waitFor(lambda: time.time() > first + 2, 3, "the log has begun well before")
        octets = endpoint.signed()
        assert endpoint.ask(octets).name == "registrationConfirm"
        house.signal(signal.SIGKILL)
        house.wait(5)
    house.socket.unlink()
    with house:
        waitFor(lambda: "signatures of before are remembered" in house.output(), 5, "it remembers")
        refused = endpoint.ask(octets)
        assert (refused.name, reasonOf(refused)) == ("registrationReject", "securityDenial")
        # Another counts at once: it is known what was shown before.
        assert endpoint.ask(endpoint.signed()).name == "registrationConfirm"
        house.signal(signal.SIGTERM)
        house.wait(10)
        assert "Traceback" not in house.output()
    endpoint.close()
    assert [each["detail"] for each in house.decisions("RRQ")][-2:] == ["replay", ""]
    done = house.run("h323d-witness decisions witness")
    assert done.returncode == 0, done.stdout + done.stderr


def shown(endpoint: Endpoint) -> bool:
    """
    Whether what is signed now is admitted, or might have been shown before.
    """
    return endpoint.ask(endpoint.signed()).name == "registrationConfirm"
