"""
Sound by SRTP whose keys are agreed on where it goes (DTLS-SRTP), with phones that we did not write.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import Asterisk, Baresip, Caller, Server, waitFor
from tests.support.softphone import SoftPhone
from tests.support.sound import heardFor, writeTone

pytestmark = pytest.mark.interop

US, BARESIP, PJSUA, CALLER = "127.0.97.1", "127.0.97.2", "127.0.97.3", "127.0.97.4"
ASTERISK = "127.0.97.5"
TONE, OTHER_TONE = 700, 440
TONES = (TONE, OTHER_TONE)
NONE = {"packetsReceived": 0}
USUAL = "AES_CM_128_HMAC_SHA1_80"


class Phone(Baresip):
    """
    A baresip that speaks by DTLS-SRTP alone, or as it is told, and plays a tone.
    """

    CONFIGURATION = Baresip.CONFIGURATION + "module srtp.so\nmodule dtls_srtp.so\n"

    def __init__(
        self, directory: Path, dial: str = "", registrar: str = "", encryption: str = "dtls_srtp"
    ) -> None:
        """
        @param encryption: how it encrypts; not at all, if empty.
        """
        directory.mkdir()
        writeTone(directory / "tone.wav", TONE, 300.0, 8000)
        account = f";mediaenc={encryption}" if encryption else ""
        super().__init__(directory, BARESIP, dial, 300, "PCMU/8000/1", registrar, account)


def offering(keys: str, srtp: str = "required", peer: str = BARESIP) -> str:
    """
    @return: a configuration by which a peer is offered keys in one way.
    """
    return f"""{Baresip.SERVER}
[[sip.srtpPeers]]
network = "{peer}"
srtp = "{srtp}"
keys = "{keys}"
"""


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path, US, Baresip.SERVER)


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


def hangUp(server: Server) -> None:
    """
    End all calls.
    """
    for callId in {leg["callId"] for leg in server.ask("calls")}:
        server.ask("hangup", callId)
    waitFor(lambda: not server.ask("calls"), 10, "the end of the calls")
    assert "Traceback" not in server.output()


def test_baresipIsHeardAndHearsInARoom(tmp_path: Path, server: Server) -> None:
    with server, Phone(tmp_path / "phone", f"sip:80001@{US}") as phone:
        waitFor(lambda: isHeard(server, 100), 20, "sound")
        assert encryptions(server) == {"sip": USUAL}
        hangUp(server)
    assert phone.heard


def test_anH323CallerIsBridgedToABaresipThatIsOfferedIt(tmp_path: Path) -> None:
    server = Server(tmp_path, US, offering("dtls"))
    with server, Phone(tmp_path / "phone", registrar=US) as phone:
        waitFor(lambda: server.ask("registrations"), 10, "a registration")
        with Caller(
            tmp_path, "caller", "b", "--bind", CALLER, "--gatekeeper", US, "--alias", "carl",
            "--seconds", "0", "--json", "--tone", str(OTHER_TONE),
            "--record", str(tmp_path / "heard.wav"),
        ) as caller:  # fmt: skip
            waitFor(lambda: isHeard(server, 100), 20, "sound")
            assert encryptions(server) == {"h323": None, "sip": USUAL}
            hangUp(server)
            caller.wait(20)
    assert heardFor(tmp_path / "heard.wav", TONES, 0.3) == [TONE]
    assert heardFor(phone.heard, TONES, 0.3) == [OTHER_TONE]


def asterisk(directory: Path, more: str = "") -> Asterisk:
    """
    One that calls, and is called, with DTLS-SRTP alone.
    """
    sip = f"media_encryption=dtls;dtls_auto_generate_cert=yes;dtls_verify=fingerprint{more}"
    return Asterisk(directory / "asterisk", ASTERISK, US, ooh323="no", sip=sip)


def test_asteriskCallsARoom(tmp_path: Path, server: Server) -> None:
    with server, asterisk(tmp_path) as peer:
        peer.call("PJSIP/80001@other", "601")
        waitFor(lambda: isHeard(server), 20, "sound")
        assert encryptions(server) == {"sip": USUAL}
        hangUp(server)


def test_asteriskIsCalled(tmp_path: Path) -> None:
    server = Server(tmp_path, US, offering("dtls", peer=ASTERISK))
    with server, asterisk(tmp_path):
        server.ask("call", f"sip:601@{ASTERISK}", "80001")
        waitFor(lambda: isHeard(server), 20, "sound")
        assert encryptions(server) == {"sip": USUAL}
        hangUp(server)


def test_aPhoneThatKnowsItNotDoesWithoutWhereItMay(tmp_path: Path) -> None:
    server = Server(tmp_path, US, offering("dtls", "optional"))
    with server, Phone(tmp_path / "phone", registrar=US, encryption=""):
        waitFor(lambda: server.ask("registrations"), 10, "a registration")
        server.ask("call", f"sip:b@{BARESIP}", "80001")
        waitFor(lambda: isHeard(server), 20, "sound")
        assert encryptions(server) == {"sip": None}
        hangUp(server)


def direction(server: Server) -> str:
    """
    Which way the sound of the only leg goes.
    """
    way: str = server.ask("calls")[0]["media"]["direction"]
    return way


def test_theAssociationOutlivesAHold(tmp_path: Path, server: Server) -> None:
    with server, Phone(tmp_path / "phone", f"sip:80001@{US}") as phone:
        waitFor(lambda: isHeard(server), 20, "sound")
        phone.tell("hold")
        waitFor(lambda: direction(server) == "recvonly", 10, "a hold")
        phone.tell("resume")
        waitFor(lambda: direction(server) == "sendrecv", 10, "the end of it")
        before = server.ask("calls")[0]["media"]["packetsReceived"]
        waitFor(lambda: isHeard(server, before + 50), 10, "sound")
        hangUp(server)


def test_aPhoneThatHasItsKeysInTheSignallingIsBridgedToOneThatAgrees(tmp_path: Path) -> None:
    server = Server(tmp_path, US, offering("dtls"))
    with server, Phone(tmp_path / "phone", registrar=US) as phone:
        with SoftPhone(tmp_path, PJSUA, OTHER_TONE) as caller:
            waitFor(lambda: server.ask("registrations"), 10, "a registration")
            caller.register("anna", US, "PCMU", srtp="mandatory")
            call = caller.call("anna", f"sip:b@{US}")
            caller.until(call, "an answer", state="CONFIRMED", media="active")
            waitFor(lambda: isHeard(server, 100), 20, "sound")
            assert [leg["media"]["encryption"] for leg in server.ask("calls")] == [USUAL, USUAL]
            hangUp(server)
    assert heardFor(phone.heard, TONES, 0.3) == [OTHER_TONE]
