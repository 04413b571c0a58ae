"""
Sound by SRTP whose keys are agreed on where it goes (DTLS-SRTP), with phones that we did not write.
"""

from __future__ import annotations

import re
import socket
from contextlib import closing
from pathlib import Path

import pytest

from h323d.media.dtls.association import Association
from h323d.values.media.encryption import KeyAgreement
from h323d.values.media.fingerprint import Fingerprint
from tests.support.encryptedcalls import (
    NONE,
    encryptions,
    isHeard,
    linphoneMeetsAnH323Caller,
)
from tests.support.handshakes import identity
from tests.support.linephone import Linphone
from tests.support.processes import Asterisk, Baresip, Caller, Server, waitFor
from tests.support.softphone import SoftPhone
from tests.support.sound import heardFor, writeTone

pytestmark = pytest.mark.interop

US, BARESIP, PJSUA, CALLER = "127.0.97.1", "127.0.97.2", "127.0.97.3", "127.0.97.4"
ASTERISK, LINPHONE = "127.0.97.5", "127.0.97.6"
TONE, OTHER_TONE = 700, 440
TONES = (TONE, OTHER_TONE)
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


@pytest.mark.parametrize("more", ["", ";rtcp_mux=yes"], ids=["two ports", "one port"])
def test_asteriskCallsARoom(tmp_path: Path, server: Server, more: str) -> None:
    with server, asterisk(tmp_path, more) as peer:
        peer.call("PJSIP/80001@other", "601")
        waitFor(lambda: isHeard(server), 20, "sound")
        assert encryptions(server) == {"sip": USUAL}
        waitFor(lambda: server.ask("calls")[0]["media"]["remoteJitter"] is not None, 20, "RTCP")
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
            used = [leg["media"]["encryption"] for leg in server.ask("calls")]
            assert used == [SoftPhone.suite(), USUAL]
            hangUp(server)
    assert heardFor(phone.heard, TONES, 0.3) == [OTHER_TONE]


# Who is not whom the signalling says.


class Impostor:
    """
    One who calls a room, and shows another certificate than that of its description.
    """

    ADDRESS = "127.0.97.9"
    SDP = """\
v=0
o=- 1 1 IN IP4 {0}
s=-
c=IN IP4 {0}
t=0 0
m=audio 21000 UDP/TLS/RTP/SAVP 0
a=setup:active
a=fingerprint:{1}
"""
    REQUEST = """\
{0} sip:80001@{1} SIP/2.0
Via: SIP/2.0/UDP {2}:5060;branch=z9hG4bK{0}{4}
From: <sip:impostor@{2}>;tag=x
To: {3}
Call-ID: {4}@{2}
CSeq: 1 {0}
Contact: <sip:impostor@{2}>
Max-Forwards: 70
Content-Type: application/sdp

"""

    def __init__(self) -> None:
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind((self.ADDRESS, 5060))
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp.bind((self.ADDRESS, 21000))
        for each in (self._sip, self._rtp):
            each.settimeout(60)

    def call(self) -> str:
        """
        @return: the request that ends the call.
        """
        place, association = self._begun("impostor")
        (hello,) = association.begin()
        self._rtp.sendto(hello, place)
        for each in association.take(self._rtp.recv(2000)):
            self._rtp.sendto(each, place)
        return self._until("BYE")

    def half(self, name: str) -> None:
        """
        Call, say hello and much else, and listen to no answer.
        """
        place, association = self._begun(name)
        for each in association.begin():
            self._rtp.sendto(each, place)
        for first in range(20, 64):
            self._rtp.sendto(bytes([first]) * 500, place)

    def close(self) -> None:
        """
        Be gone.
        """
        self._sip.close()
        self._rtp.close()

    def _begun(self, name: str) -> tuple[tuple[str, int], Association]:
        described = self.SDP.format(self.ADDRESS, Fingerprint.of(b"of another"))
        self._say("INVITE", name, f"<sip:80001@{US}>", described)
        answer = self._until("SIP/2.0 200")
        self._say("ACK", name, re.findall(r"^To: (.*?)\r$", answer, re.M)[0])
        (port,) = re.findall(r"^m=audio (\d+)", answer, re.M)
        ours = Fingerprint.parse(re.findall(r"^a=fingerprint:(.*?)\r$", answer, re.M)[0])
        assert ours is not None
        return (US, int(port)), identity(9).associate(KeyAgreement(True, (ours,)))

    def _say(self, method: str, name: str, to: str, body: str = "") -> None:
        head = self.REQUEST.format(method, US, self.ADDRESS, to, name)
        self._sip.sendto((head + body).replace("\n", "\r\n").encode(), (US, 5060))

    def _until(self, start: str) -> str:
        while True:
            text = self._sip.recv(65536).decode()
            if text.startswith(start):
                return text


def test_whoShowsAnotherCertificateIsCutOff(tmp_path: Path, server: Server) -> None:
    with server, closing(Impostor()) as impostor:
        assert "Q.850;cause=47" in impostor.call()
        waitFor(lambda: not server.ask("calls"), 10, "the end of the call")
    assert "the certificate has not the fingerprint that was signalled" in server.output()
    assert "Traceback" not in server.output()


def test_halfHandshakesAndGarbageHarmNobody(tmp_path: Path, server: Server) -> None:
    with server, closing(Impostor()) as impostor:
        for number in range(60):
            impostor.half(f"half{number}")
        assert len(server.ask("calls")) == 60
        with Phone(tmp_path / "phone", f"sip:80002@{US}"):
            waitFor(lambda: roomIsHeard(server, "80002"), 20, "sound")
        waitFor(lambda: not server.ask("calls"), 40, "the end of all calls")
        assert server.output().count("no handshake within 20 seconds") == 60
    assert "Traceback" not in server.output()


def roomIsHeard(server: Server, room: str) -> bool:
    """
    Whether somebody in a room has had a second of sound.
    """
    legs = [leg for leg in server.ask("calls") if leg.get("room") == room]
    return any((leg.get("media") or NONE)["packetsReceived"] >= 50 for leg in legs)


# linphone, by either way.


@pytest.mark.parametrize("calls", [True, False], ids=["calls", "called"])
@pytest.mark.parametrize(("encryption", "keys"), [("srtp", "sdes"), ("dtls", "dtls")])
def test_linphoneIsInARoomWithAnH323Caller(
    tmp_path: Path, encryption: str, keys: str, calls: bool
) -> None:
    server = Server(tmp_path, US, offering(keys, peer=LINPHONE))
    linphone = Linphone(
        tmp_path / "linphone", LINPHONE, US, "linphone", tone=TONE, encryption=encryption
    )
    with server, linphone:
        linphoneMeetsAnH323Caller(server, linphone, CALLER, TONES, USUAL, calls)


def isPlayed(recording: Path, tone: int) -> bool:
    """
    Whether a tone, and no other, is in what a phone has written down so far.
    """
    return heardFor(recording, TONES, 0.3) == [tone]
