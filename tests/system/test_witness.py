"""
The witness's log of a real server, and what C{h323d-witness} finds in it: after calls, after a kill,
and while the disk takes nothing.
"""

from __future__ import annotations

import json
import resource
import shlex
import shutil
import signal
import subprocess
import threading
from base64 import b64decode, b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.processes import Caller, Process, Server, isBound, program, run, waitFor

US, H323, SIP, AUDITOR = "127.0.105.1", "127.0.105.2", "127.0.105.3", "127.0.105.4"
PARTNER = "127.0.105.5"
ED25519 = bytes.fromhex("302a300506032b6570032100")  # what a public key has before it in DER
NAME = "auditor.example"
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "audit-a-log.rst"
ORIGIN = "council.example/if-witness/a"
CONFIGURATION = f'[witness]\ndirectory = "witness"\norigin = "{ORIGIN}"\n'


def caller(directory: Path, target: str, bind: str, *options: str) -> Caller:
    return Caller(
        directory, f"caller-{bind}", "--json", "--bind", bind, "--tone", "440", *options, target
    )  # fmt: skip


def witness(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run([program("h323d-witness"), *arguments])


def verify(server: Server, *options: str) -> subprocess.CompletedProcess[str]:
    log = server.state / "witness"
    return witness("verify", str(log), "--key", str(log / "1" / "key.pub"), *options)


def records(server: Server) -> list[dict[str, Any]]:
    path = server.state / "witness" / "1" / "000000000000.jsonl"
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    return [json.loads(line) for line in whole.splitlines()]


def kinds(server: Server) -> list[str]:
    return [each["msg_type"] for each in records(server)]


def call(directory: Path, target: str, bind: str) -> None:
    with caller(directory, target, bind, "--seconds", "0.5") as each:
        assert each.wait(15) == 0, each.output()


def test_whatAServerDecidedIsVerifiedWithItsFilesAndItsKey(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        call(tmp_path, f"h323:80001@{US}", H323)
        call(tmp_path, f"sip:80001@{US}", SIP)
        figures = server.ask("status")["witness"]
        assert figures["state"] == "written"
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()
    told = kinds(server)
    assert told[:2] == ["log_begun", "server_started"]
    assert told[-1] == "server_stopped"
    passed = [each for each in records(server) if each["msg_type"] == "application_passed"]
    assert {"Setup", "INVITE"} <= {each["data"]["door"] for each in passed}
    for each in ("call_admitted", "participant_joined", "participant_left", "call_ended"):
        assert told.count(each) == 2
    done = verify(server)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(told)} records" in done.stdout
    assert f"covers {len(told)}" in done.stdout
    assert H323 not in (server.state / "witness" / "1" / "000000000000.jsonl").read_text()
    path = server.state / "witness" / "1" / "000000000000.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5] + lines[6:]))
    done = verify(server)
    assert (done.returncode, "record 5: deletion" in done.stdout) == (1, True)


def test_aKilledServerLosesNothingThatItAnswered(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        caller(tmp_path, f"sip:80001@{US}", SIP) as talking,
    ):
        waitFor(lambda: '"media"' in talking.output(), 10, "the caller is in the room")
        server.signal(signal.SIGKILL)
        server.wait(5)
        # It was answered: so there is a record of why, whatever else is lost.
        assert "application_passed" in kinds(server)
    path = server.state / "witness" / "1" / "000000000000.jsonl"
    with path.open("ab") as file:
        file.write(b'{"data":{"and":"then the power')
    done = verify(server)
    assert done.returncode == 1
    assert "torn end" in done.stdout
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        waitFor(lambda: "log_recovered" in kinds(server), 10, "the log goes on")
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()
    assert kinds(server).count("server_started") == 2
    done = verify(server)
    assert done.returncode == 0, done.stdout + done.stderr


def test_whileTheLogCannotBeWrittenNewCallsAreRefusedAndCallsGoOn(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        caller(tmp_path, f"sip:80001@{US}", SIP) as talking,
    ):
        waitFor(lambda: '"media"' in talking.output(), 10, "the caller is in the room")
        full(server)
        with caller(tmp_path, f"h323:80001@{US}", H323, "--seconds", "0.5") as refused:
            assert refused.wait(15) != 0
        assert server.ask("status")["witness"]["state"] == "cannot be written"
        assert server.ask("status")["participants"] == 1
        relieve(server)
        waitFor(
            lambda: server.ask("status")["witness"]["state"] == "written", 15, "it is written again"
        )
        call(tmp_path, f"h323:80001@{US}", H323)
        assert server.ask("status")["witness"]["lost"] == 0
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()
    assert {"witness_failed", "witness_recovered"} <= set(kinds(server))
    done = verify(server)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.interop
def test_opensslAndJqFindTheHeadAndTheRecordsToBeWhatTheyAre(tmp_path: Path) -> None:
    openssl, jq = program("openssl"), program("jq")
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        call(tmp_path, f"sip:80001@{US}", SIP)
        server.signal(signal.SIGTERM)
        server.wait(10)
    log = server.state / "witness" / "1"
    text, _, signature = (log / "checkpoint").read_text().rpartition("\n\n")
    (tmp_path / "text").write_text(text + "\n")
    (tmp_path / "signature").write_bytes(b64decode(signature.split()[-1])[4:])
    public = b64decode((log / "key.pub").read_text().split("+", 2)[2])[1:]
    (tmp_path / "key.der").write_bytes(ED25519 + public)
    verify = [
        openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der",
        "-rawin", "-in", "text", "-sigfile", "signature",
    ]  # fmt: skip
    done = run(verify, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (log / "000000000000.jsonl").read_text().splitlines():
        rest = run([jq, "-cSj", "del(.hash)"], input=line).stdout
        (tmp_path / "rest").write_text(rest)
        digest = run([openssl, "dgst", "-sha256", "-r", "rest"], cwd=tmp_path).stdout.split()[0]
        assert json.loads(line)["hash"] == digest


def test_aServerWhoseLogCannotBeOpenedRunsAndRefusesCalls(tmp_path: Path) -> None:
    server = Server(tmp_path / "server", US, CONFIGURATION)
    server.state.mkdir(parents=True)
    (server.state / "witness").write_text("a file is there")
    with server:
        with caller(tmp_path, f"sip:80001@{US}", SIP, "--seconds", "0.5") as refused:
            assert refused.wait(15) != 0
        assert server.ask("status")["witness"]["state"] == "cannot be written"
        assert "the witness's log in" in server.output()
        assert "File exists" in server.output() or "Not a directory" in server.output()
        server.signal(signal.SIGTERM)
        server.wait(10)
        assert "Traceback" not in server.output()


class Auditor:
    """
    A web server that takes heads, and cosigns each (C2SP tlog-witness), by the code of an outsider.

    @ivar heads: what it was sent.
    """

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.olds: list[int] = []
        self._private = Ed25519PrivateKey.generate()
        self._server = ThreadingHTTPServer((AUDITOR, 0), self._handler())
        self.url = f"http://{AUDITOR}:{self._server.server_port}"

    @property
    def key(self) -> str:
        told = b"\4" + self._private.public_key().public_bytes_raw()
        ident = sha256(NAME.encode() + b"\n" + told).digest()[:4]
        return f"{NAME}+{ident.hex()}+{b64encode(told).decode()}"

    def cosignature(self, note: str) -> bytes:
        text = note.rpartition("\n\n")[0] + "\n"
        signed = self._private.sign(f"cosignature/v1\ntime 1800000000\n{text}".encode())
        ident = bytes.fromhex(self.key.split("+")[1])
        blob = b64encode(ident + (1_800_000_000).to_bytes(8) + signed).decode()
        return f"\u2014 {NAME} {blob}\n".encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        auditor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                status, body = auditor.answer(self.path, self.rfile.read(length).decode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None: ...

        return Handler

    def answer(self, path: str, body: str) -> tuple[int, bytes]:
        if path == "/heads":
            self.heads.append(body)
            return 200, b""
        head, _, note = body.partition("\n\n")
        old = int(head.split("\n")[0].removeprefix("old "))
        if self.olds and old != self.olds[-1]:
            return 409, f"{self.olds[-1]}\n".encode()
        self.olds.append(int(note.split("\n")[1]))
        return 200, self.cosignature(note)

    def __enter__(self) -> Auditor:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_headsAreSentToAFileAndAURLAndCosigned(tmp_path: Path) -> None:
    with Auditor() as auditor:
        more = (
            f'anchors = ["heads", "{auditor.url}/heads"]\n'
            f'[[witness.cosigners]]\nurl = "{auditor.url}/w"\nkey = "{auditor.key}"\n'
        )
        with Server(tmp_path / "server", US, CONFIGURATION + more) as server:
            log = server.state / "witness"
            cosigned = log / "1" / "cosigned" / "auditor.example"
            waitFor(cosigned.exists, 15, "a head is cosigned")
            waitFor(lambda: auditor.heads, 15, "a head is sent")
            cosigned.unlink()  # so that it has to ask which was the last
            call(tmp_path, f"sip:80001@{US}", SIP)
            waitFor(cosigned.exists, 25, "the next is, too")
            assert (server.state / "heads").read_text().startswith(auditor.heads[0])
            server.signal(signal.SIGTERM)
            server.wait(10)
    assert auditor.olds == sorted(auditor.olds)
    done = witness(
        "verify", str(log), "--key", str(log / "1" / "key.pub"), "--cosigner", auditor.key
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "auditor.example cosigned" in done.stdout


def commands() -> list[str]:
    """
    Those of the page for auditors, in their order.
    """
    lines = (line.strip() for line in PAGE.read_text().splitlines() if line.startswith("    "))
    return [line for line in lines if line.startswith(("h323d-witness ", "cp "))]


def test_theCommandsOfThePageForAuditorsDoWhatItSays(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, CONFIGURATION) as server:
        call(tmp_path, f"sip:80001@{US}", SIP)
        server.signal(signal.SIGTERM)
        server.wait(10)
    assert len(commands()) == 16
    key = (server.state / "witness" / "1" / "key.pub").read_text()
    (server.state / "council.pub").write_text(key)
    beside = Path(program("h323d-witness")).parent
    for each in commands():
        if " serve " in each or "partner.pub" in each.partition("--cosigner")[2]:
            continue  # test_aPartnerCosignsALogAndNoOtherOfItsName does it
        here = each.replace("/srv/www/log", "tiles")
        shell = f'PATH="{beside}:$PATH"; {here}'
        done = run(["sh", "-c", shell], cwd=server.state)
        assert done.returncode == 0, f"{each}: {done.stdout}{done.stderr}"
    assert (server.state / "tiles" / "checkpoint").exists()


class Partner(Process):
    """
    A witness that runs the command of the page.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, "partner")

    def command(self) -> list[str]:
        (line,) = [each for each in commands() if " serve " in each]
        name, *arguments = shlex.split(line.replace("127.0.0.1", PARTNER))
        return [program(name), *arguments]

    def ready(self) -> bool:
        return isBound(PARTNER, 8323, "tcp")

    def size(self) -> int:
        """
        How many records the log had that it cosigned last.
        """
        (head,) = (self.directory / "cosigned").glob("*.head")
        return int(head.read_text().split("\n")[1])


@pytest.mark.interop
def test_aPartnerCosignsALogAndNoOtherOfItsName(tmp_path: Path) -> None:
    partner = Partner(tmp_path / "partner")
    partner.directory.mkdir()
    made = next(each for each in commands() if "keygen partner.key" in each).partition(" > ")[0]
    key = witness(*made.replace("partner.key", str(partner.directory / "partner.key")).split()[1:])
    (partner.directory / "partner.pub").write_text(key.stdout)
    cosigner = (
        f'[[witness.cosigners]]\nurl = "http://{PARTNER}:8323"\nkey = "{key.stdout.strip()}"\n'
    )
    with Server(tmp_path / "server", US, CONFIGURATION + cosigner) as server:
        log = server.state / "witness"
        waitFor((log / "1" / "key.pub").exists, 10, "the log begins")
        shutil.copy(log / "1" / "key.pub", partner.directory / "council.pub")
        with partner:
            waitFor(lambda: "cosigned" in partner.output().partition("had 0")[2], 30, "a head is")
            partner.signal(signal.SIGKILL)
            partner.wait(5)
        before = partner.size()
        call(tmp_path, f"sip:80001@{US}", SIP)
        waitFor(lambda: "partner.example takes no heads" in server.output(), 30, "it is missed")
        with partner:
            assert f"had {before} records" in waitFor(partner.output, 5, "it tells what it had")
            waitFor(lambda: partner.size() > before, 30, "it goes on")
            waitFor(lambda: "takes heads again" in server.output(), 10, "that is told")
            server.signal(signal.SIGTERM)
            server.wait(10)
            assert "Traceback" not in server.output()
            done = verify(server, "--cosigner", str(partner.directory / "partner.pub"))
            assert done.returncode == 0, done.stdout + done.stderr
            assert "partner.example cosigned" in done.stdout
            last = partner.size()
            log.rename(server.state / "what was")  # and so all that it had told its cosigner of
            with Server(tmp_path / "server", US, CONFIGURATION + cosigner) as server:
                while len(records(server)) <= last:
                    call(tmp_path, f"sip:80001@{US}", SIP)
                waitFor(lambda: "NOT COSIGNED" in partner.output(), 40, "the fork is refused")
                waitFor(lambda: "partner.example takes no heads" in server.output(), 10, "so told")
                assert "Traceback" not in server.output()
        assert partner.size() == last
        assert "Traceback" not in partner.output()
        assert (log / "1" / "key.pub").read_text() == (
            partner.directory / "council.pub"
        ).read_text()
        assert not (log / "1" / "cosigned").exists()


def full(server: Server) -> None:
    """
    As if the disk was full: no file of the process may grow.
    """
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def relieve(server: Server) -> None:
    everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, everything)
