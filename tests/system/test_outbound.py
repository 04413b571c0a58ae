"""
Phones that are behind a proxy, or keep ways to us open: Kamailio and baresip, which we did not
write.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.sip.digest.algorithms import Algorithm, secretOf
from tests.support.kamailio import Kamailio
from tests.support.processes import Baresip, Caller, Capture, Server, waitFor
from tests.support.sound import writeTone

pytestmark = pytest.mark.interop

US, EDGE, PHONE, CALLER = (f"127.0.86.{host}" for host in range(1, 5))
PASSWORD = "ofB7"
MD5 = secretOf(Algorithm.MD5, "b", "h323d", PASSWORD)
CONFIGURATION = f"""
[sip]
pingInterval = 1.0
{Baresip.SERVER}
[security]
md5Networks = ["127.0.86.0/24", "127.0.0.1"]
{{more}}
[[security.users]]
name = "b"
md5 = "{MD5}"
"""


def phone(directory: Path, account: str, registrar: str = US) -> Baresip:
    directory.mkdir()
    writeTone(directory / "tone.wav", 700, 60.0)
    account = f";auth_pass={PASSWORD}{account}"
    return Baresip(directory, PHONE, "", 90, registrar=registrar, account=account)


def rings(server: Server, directory: Path, softphone: Baresip) -> None:
    """
    Have the phone called, and wait until it has answered and the call is over.
    """
    with Caller(directory, "caller", "--bind", CALLER, "--answer", "--h323-port", "1720") as caller:
        waitFor(lambda: "listening" in caller.output(), 10, "somebody else can be called")
        server.ask("call", "b", f"h323:{CALLER}")
        waitFor(lambda: "Call established" in softphone.output(), 10, "the phone answers")
        server.ask("hangup", server.ask("calls")[0]["callId"])
    waitFor(lambda: "session closed" in softphone.output(), 10, "our BYE arrives")


def answers(server: Server) -> None:
    """
    Wait until the phone has answered our OPTIONS by each of its ways.
    """

    def told() -> bool:
        (registration,) = server.ask("registrations")
        return all(registration["roundTrips"])

    waitFor(told, 10, "it answers by each of its ways")


def test_aPhoneBehindAProxyIsCalledByIt(tmp_path: Path) -> None:
    allowed = f'allow = ["{EDGE}", "{CALLER}"]'
    with (
        Capture(tmp_path / "capture", US) as capture,
        Server(tmp_path / "server", US, CONFIGURATION.format(more=allowed)) as server,
        Kamailio(tmp_path / "edge", EDGE, US, kind="-edge"),
        phone(tmp_path / "phone", f';outbound="sip:{EDGE}"') as softphone,
    ):
        (registration,) = waitFor(lambda: server.ask("registrations"), 10, "it registers")
        assert registration["user"] == "b"
        assert registration["signalling"] == [f"{EDGE}:5060"]
        answers(server)
        rings(server, tmp_path, softphone)
        assert server.ask("status")["facts"].get("SourceRefused") is None
    assert capture.complaints(US) == ""
    invites = capture.dissect(f'ip.src == {US} && sip.Method == "INVITE"', "-T", "fields",
                              "-e", "sip.Route", "-e", "ip.dst")  # fmt: skip
    assert invites
    assert all(f"sip:{EDGE}" in each and each.endswith(EDGE) for each in invites.splitlines())


def test_aPhoneThatKeepsTwoWaysOpenIsCalledOnce(tmp_path: Path) -> None:
    ways = f';sipnat=outbound;outbound1="sip:{US}";outbound2="sip:{US};transport=tcp"'
    with (
        Capture(tmp_path / "capture", US) as capture,
        Server(tmp_path / "server", US, CONFIGURATION.format(more="")) as server,
        phone(tmp_path / "phone", ways) as softphone,
    ):

        def both() -> bool:
            return any(len(each["signalling"]) == 2 for each in server.ask("registrations"))

        waitFor(both, 10, "it registers by both ways")
        answers(server)
        rings(server, tmp_path, softphone)
    assert capture.complaints(US) == ""
    query = f'ip.src == {US} && sip.Method == "INVITE"'
    calls = capture.dissect(query, "-T", "fields", "-e", "sip.Call-ID").split()
    assert len(set(calls)) == 1
