"""
Calls by SRTP with phones that we did not write, for system tests.
"""

from __future__ import annotations

from tests.support.linephone import Linphone
from tests.support.processes import Caller, Server, waitFor
from tests.support.sound import heardFor

__all__ = ["NONE", "encryptions", "isHeard", "linphoneMeetsAnH323Caller"]

NONE = {"packetsReceived": 0}


def isHeard(server: Server, packets: int = 50) -> bool:
    """
    Whether all legs have had a second of sound.
    """
    heard = [(leg.get("media") or NONE)["packetsReceived"] for leg in server.ask("calls")]
    return bool(heard) and min(heard) >= packets


def encryptions(server: Server) -> dict[str, str | None]:
    """
    With what the legs are encrypted, by their protocol.
    """
    legs = server.ask("calls")
    return {leg["protocol"]: (leg.get("media") or {}).get("encryption") for leg in legs}


def linphoneMeetsAnH323Caller(
    server: Server, linphone: Linphone, caller: str, tones: tuple[int, int], suite: str, calls: bool
) -> None:
    """
    Have both in a room, whose sound is encrypted on one side alone, and let each hear the other.

    @param caller: its address.
    @param tones: linphone's, and the caller's.
    @param calls: whether it is linphone who calls; otherwise it is called.
    """
    directory = linphone.directory.parent
    waitFor(lambda: server.ask("registrations"), 20, "a registration")
    if calls:
        linphone.tell(f"call sip:80001@{server.address}")
    else:
        server.ask("call", f"sip:linphone@{linphone.address}", "80001")
    with Caller(
        directory, "caller", "80001", "--bind", caller, "--gatekeeper", server.address,
        "--alias", "carl", "--seconds", "0", "--json", "--tone", str(tones[1]),
        "--record", str(directory / "heard.wav"),
    ) as phone:  # fmt: skip
        waitFor(lambda: len(server.ask("calls")) == 2, 20, "both")
        waitFor(lambda: isHeard(server, 100), 20, "sound")
        assert encryptions(server) == {"h323": None, "sip": suite}
        linphone.tell("terminate")
        waitFor(lambda: len(server.ask("calls")) == 1, 10, "the end of its call")
        server.ask("hangup", "80001")
        phone.wait(20)
    waitFor(lambda: heardFor(linphone.heard, tones, 0.3) == [tones[1]], 10, "the caller's sound")
    assert heardFor(directory / "heard.wav", tones, 0.3) == [tones[0]]
    assert "Traceback" not in server.output()
