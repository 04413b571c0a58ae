"""
Garbage at every door of a running server, while one call listens: the door answers as its
protocol says or is silent, the log names the place, and the call hears no gap.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from h323d.asn1 import h225
from h323d.dsp.tones import levelsAt
from tests.support.listener import Listener, rtpPacket
from tests.support.processes import BUSY, Caller, Server, waitFor

US, TALKER, LISTENER = "127.0.40.21", "127.0.40.22", "127.0.40.23"
SIP, RAS, SIGNALLING = (US, 5060), (US, 1719), (US, 1720)
TONE, INTRUDER = 440, 1500
CONFIGURATION = """\
[sip]
firstMessageTimeout = 1.0
[h323]
firstMessageTimeout = 1.0
packetTimeout = 1.0
"""
ENOUGH = 3.0 * BUSY  # seconds; less than the default of any timeout of the server's
WATCHED = 20  # packets after the attack that are listened to: 0.4 s
PIECE = 10  # packets: a gap of one packet in 0.2 s takes 1 dB of the level
HEARD = -19.0  # dBov; the tone is played with -16
GUID = bytes(range(16))


class Ward:
    """
    A server, one that talks, and one that listens.
    """

    def __init__(self, server: Server, listener: Listener) -> None:
        self.server = server
        self.listener = listener

    def facts(self, name: str) -> int:
        return int(self.server.ask("status")["facts"].get(name, 0))

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def memory(self) -> int:
        """
        The server's resident set, octets.
        """
        pages = Path(f"/proc/{self.server.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE")

    def levels(self, start: int) -> tuple[float, float]:
        """
        How loud the tone and an intruder are in a piece, dBov.
        """
        samples = self.listener.samples(start, start + PIECE)
        ours, intruder = levelsAt(samples, (TONE, INTRUDER), 8000)
        return float(ours), float(intruder)

    def levelsFrom(self, begin: int, end: int) -> list[tuple[float, float]]:
        return [self.levels(piece) for piece in range(begin, end - PIECE, PIECE)]

    def isHeardFrom(self, begin: int) -> bool:
        """
        Whether the talker was heard: one piece in ten may suffer from whatever else the machine
        does, so what suffers for half a second is heard again for five.
        """
        levels = self.levelsFrom(begin, self.listener.count)
        return sum(ours <= HEARD for ours, _ in levels) <= max(1, len(levels) // 10)

    @contextmanager
    def unharmed(self) -> Iterator[None]:
        """
        Attack inside: afterwards nothing is missing, and nothing is left over.
        """
        descriptors, memory, begin = self.descriptors(), self.memory(), self.listener.count
        yield
        end = self.listener.count + WATCHED
        waitFor(lambda: self.listener.count >= end, 5, "the listener is sent to")
        waitFor(lambda: self.isHeardFrom(begin), 5, "nine pieces in ten are heard")
        end = self.listener.count
        assert self.listener.lost(begin, end) == 0
        levels = self.levelsFrom(begin, end)
        assert all(intruder < -45.0 for _, intruder in levels), levels
        waitFor(lambda: self.descriptors() <= descriptors, 4, "sockets are closed")
        assert self.memory() - memory < 20_000_000
        assert "Traceback" not in self.server.output()

    def toldOnce(self, source: str, place: str) -> None:
        """
        The log has one complaint about a peer, which names the place.
        """
        told = [line for line in self.server.output().splitlines() if "told once" in line]
        lines = [line for line in told if f"from {source}:" in line]
        assert len(lines) == 1, lines
        assert re.search(place, lines[0]), lines[0]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    directory = tmp_path_factory.mktemp("ward")
    with (
        Server(directory, US, CONFIGURATION) as server,
        Caller(
            directory, "talker", "--bind", TALKER, "--tone", str(TONE), f"h323:80001@{US}"
        ) as talker,
        Listener(LISTENER, US, "80001") as listener,
    ):
        waitFor(lambda: "media" in talker.output(), 10, "the talker is in the room")
        ward = Ward(server, listener)
        waitFor(lambda: listener.count > 50, 10, "packets arrive")
        waitFor(lambda: ward.levels(listener.count - PIECE)[0] > HEARD, 10, "sound arrives")
        yield ward


def source(number: int) -> str:
    """
    An attacker's own address: the log tells of each once.
    """
    return f"127.0.40.{100 + number}"


@contextmanager
def connection(address: str, door: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.create_connection(door, ENOUGH, (address, 0)) as made:
        yield made


def until(made: socket.socket) -> bytes:
    """
    All that comes until the other side closes, or cuts the connection.
    """
    made.settimeout(ENOUGH)
    received = b""
    with suppress(ConnectionResetError):
        while chunk := made.recv(65536):
            received += chunk
    return received


# Call signalling.


def packet(content: bytes) -> bytes:
    return b"\x03\x00" + (len(content) + 4).to_bytes(2) + content


def setup(reference: int, userUser: bytes, others: bytes = b"\x04\x03\x88\x93\xa5") -> bytes:
    """
    A Setup in a TPKT, with whatever octets as its user-user element.
    """
    element = b"\x7e" + (len(userUser) + 1).to_bytes(2) + b"\x05" + userUser
    return packet(b"\x08\x02" + reference.to_bytes(2) + b"\x05" + others + element)


def userUser(number: int = 0, pdu: dict[str, Any] | None = None, **fields: Any) -> bytes:
    body = {
        "protocolIdentifier": (0, 0, 8, 2250, 0, 5),
        "sourceInfo": {"mc": False, "undefinedNode": False},
        "activeMC": False,
        "conferenceID": GUID,
        "conferenceGoal": ("create", None),
        "callType": ("pointToPoint", None),
        "callIdentifier": {"guid": GUID[:15] + bytes([number])},
        "mediaWaitForConnect": False,
        "canOverlapSend": False,
        "destinationAddress": [("dialledDigits", "80002")],
    }
    whole = {"h323-message-body": ("setup", body | fields), "h245Tunnelling": True, **(pdu or {})}
    return h225.encode("H323-UserInformation", {"h323-uu-pdu": whole})


LEVEL = bytes.fromhex("400001500000")  # a parameter that is to contain one parameter
INNERMOST = bytes.fromhex("000001")


def nested(shallow: bytes, depth: int) -> bytes:
    """
    Make a message that ends in generic data of one level C{depth} levels deep.
    """
    generic = bytes.fromhex("014000010000")
    ending = generic + LEVEL + INNERMOST
    assert shallow.endswith(bytes([len(ending)]) + ending)
    inner = generic + LEVEL * depth + INNERMOST
    fragment, rest = inner[:16384], inner[16384:]  # X.691, 11.9.3.8
    head = shallow[: -len(ending) - 1]
    return head + b"\xc1" + fragment + (0x8000 | len(rest)).to_bytes(2) + rest


INNER = {"id": ("standard", 1)}
COMPOUND = {"id": ("standard", 1), "content": ("compound", [INNER])}
GENERIC = {"genericData": [{"id": ("standard", 1), "parameters": [COMPOUND]}]}
RELEASE_COMPLETE = 0x5A


def kinds(received: bytes) -> list[int]:
    """
    The message types of the Q.931 messages in a stream.
    """
    result = []
    while received:
        length = int.from_bytes(received[2:4])
        result.append(received[8])
        received = received[length:]
    return result


@pytest.mark.parametrize(
    ("number", "data", "place"),
    [
        (1, b"GET / HTTP/1.0\r\n\r\n", r"TPKT\.version at octet 0"),
        (2, b"\x03\x00\x00\x03", r"TPKT\.length at octet 2"),
        (3, packet(b"\x08\x02\x00\x00\x01") + b"\x05\x00\x00\x10", r"TPKT\.version at octet 9"),
    ],
    ids=["version", "length", "later"],
)
def test_aStreamThatIsNoTPKTIsClosed(ward: Ward, number: int, data: bytes, place: str) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), connection(source(number), SIGNALLING) as made:
        made.sendall(data)
        assert until(made) == b""
    assert ward.facts("BadInput") == before + 1
    ward.toldOnce(source(number), place)


def test_halfATPKTIsClosedWhenItsTimeIsOver(ward: Ward) -> None:
    with ward.unharmed(), connection(source(4), SIGNALLING) as made:
        made.sendall(b"\x03\x00\xff\xff\x08")
        assert until(made) == b""


def test_aMessageWithAnElementOverItsEndIsIgnored(ward: Ward) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), connection(source(5), SIGNALLING) as made:
        made.sendall(packet(b"\x08\x02\x00\x01\x05\x04\x03\x88\x93\xa5\x6c\xff12"))
        assert until(made) == b""
    assert ward.facts("BadInput") == before + 1
    ward.toldOnce(source(5), r"Q931.* at octet \d+")


@pytest.mark.parametrize(
    ("number", "data", "place"),
    [
        (6, b"\xff" * 400, r"H323-UserInformation.* at octet \d+"),
        (7, userUser(destinationAddress=[("dialledDigits", "1")] * 5000),
         r"setup\.destinationAddress at octet \d+: more than"),
        (8, nested(userUser(pdu=GENERIC), 3000), r"genericData.* at octet \d+: nested too deep"),
    ],
    ids=["garbage", "5000 aliases", "3000 levels"],
)  # fmt: skip
def test_aSetupThatCannotBeReadIsReleased(ward: Ward, number: int, data: bytes, place: str) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), connection(source(number), SIGNALLING) as made:
        made.sendall(setup(1, data))
        assert kinds(until(made)) == [RELEASE_COMPLETE]
    assert ward.facts("BadInput") == before + 1
    ward.toldOnce(source(number), place)


def test_aSetupForFourThousandNobodiesIsReleased(ward: Ward) -> None:
    with ward.unharmed(), connection(source(13), SIGNALLING) as made:
        made.sendall(setup(1, userUser(destinationAddress=[("dialledDigits", "1")] * 4096)))
        assert kinds(until(made)) == [RELEASE_COMPLETE]


def test_fastStartThatCannotBeReadIsLeftOut(ward: Ward) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), connection(source(9), SIGNALLING) as made:
        made.sendall(setup(1, userUser(fastStart=[b"\xff" * 1000] * 3)))
        made.settimeout(ENOUGH)
        answers = kinds(made.recv(65536))
        assert answers, "the call goes on without it"
        assert RELEASE_COMPLETE not in answers
    assert ward.facts("BadInput") == before + 1
    ward.toldOnce(source(9), r"OpenLogicalChannel.* at octet \d+")
    waitFor(lambda: ward.server.ask("status")["calls"] == 2, 5, "the call is gone")


def test_twentySetupsInOneSegmentAreTwentyCalls(ward: Ward) -> None:
    before = ward.facts("CallOffered")
    with ward.unharmed():
        with connection(source(10), SIGNALLING) as made:
            made.sendall(b"".join(setup(n, userUser(n)) for n in range(1, 21)))
            waitFor(lambda: ward.facts("CallOffered") == before + 20, 5, "all are offered")
        waitFor(lambda: ward.server.ask("status")["calls"] == 2, 5, "all are gone")


@pytest.mark.parametrize("door", [SIGNALLING, SIP], ids=["signalling", "sip"])
def test_idleConnectionsAreClosedAndOthersAreServedMeanwhile(
    ward: Ward, door: tuple[str, int]
) -> None:
    with ward.unharmed():
        crowd = [socket.create_connection(door, ENOUGH, (source(11), 0)) for _ in range(100)]
        with connection(source(12), SIP) as served:
            served.sendall(request("OPTIONS", branch="idle"))
            assert served.recv(65536).startswith(b"SIP/2.0 200")
        for each in crowd:
            assert until(each) == b""
            each.close()


# The gatekeeper.

GATEKEEPER_REQUEST = {
    "requestSeqNum": 1,
    "protocolIdentifier": (0, 0, 8, 2250, 0, 5),
    "rasAddress": ("ipAddress", {"ip": bytes([127, 0, 40, 66]), "port": 9}),
    "endpointType": {"mc": False, "undefinedNode": False},
}


def ras(**fields: Any) -> bytes:
    return h225.encode("RasMessage", ("gatekeeperRequest", GATEKEEPER_REQUEST | fields))


@pytest.mark.parametrize(
    ("number", "data", "place"),
    [
        (21, b"\xff" * 1000, r"RasMessage.* at octet \d+"),
        (22, ras()[:9], r"RasMessage\.gatekeeperRequest.* at octet \d+: ends too early"),
        (23, ras(endpointAlias=[("dialledDigits", "1")] * 5000), r"endpointAlias.*more than"),
        (24, nested(ras(**GENERIC), 3000), r"genericData.* at octet \d+: nested too deep"),
    ],
    ids=["garbage", "half", "5000 aliases", "3000 levels"],
)
def test_aRASMessageThatCannotBeReadIsNotAnswered(
    ward: Ward, number: int, data: bytes, place: str
) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), datagrams(source(number)) as made:
        for _ in range(5):
            made.sendto(data, RAS)
        assert silent(made)
    assert ward.facts("BadInput") >= before + 1
    ward.toldOnce(source(number), place)


@contextmanager
def datagrams(address: str) -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.bind((address, 0))
        yield made


def silent(made: socket.socket) -> bool:
    made.settimeout(0.3)
    try:
        made.recv(65536)
    except TimeoutError:
        return True
    return False


# SIP.


def request(
    method: str, more: str = "", branch: str = "b", vias: int = 1, length: str = "0"
) -> bytes:
    via = "Via: SIP/2.0/UDP 127.0.40.99:9;rport;branch=z9hG4bK"
    lines = [
        f"{method} sip:80001@{US} SIP/2.0",
        *(f"{via}{branch}{number}" for number in range(vias)),
        "From: <sip:a@example.org>;tag=1",
        f"To: <sip:80001@{US}>",
        f"Call-ID: {branch}",
        f"CSeq: 1 {method}",
        "Max-Forwards: 70",
        f"Content-Length: {length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + more.encode() + b"\r\n"


@pytest.mark.parametrize(
    ("number", "data", "status", "place"),
    [
        (31, request("OPTIONS", branch="ncl", length="-999"), b"SIP/2.0 400 ", "Content-Length"),
        (32, request("OPTIONS", branch="vias", vias=260), None, "too many header"),
        (
            33,
            request("OPTIONS", "Subject: a\0b\r\n", "nul"),
            None,
            r"message at octet \d+: a control",
        ),
        (34, b"\xff" * 1000, None, "message"),
        (35, b"INVITE sip:80001@h SIP/2.0\r\n\r\n", None, "Call-ID|Via"),
    ],
    ids=["negative length", "260 Vias", "NUL", "garbage", "no header"],
)
def test_aSIPMessageThatCannotBeReadIsRefused(
    ward: Ward, number: int, data: bytes, status: bytes | None, place: str
) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), datagrams(source(number)) as made:
        made.settimeout(ENOUGH)
        made.sendto(data, SIP)
        if status is None:
            assert silent(made)
        else:
            assert re.match(status, made.recv(65536))
    assert ward.facts("BadInput") == before + 1
    ward.toldOnce(source(number), place)


@pytest.mark.parametrize("more", [40, "huge"], ids=["40 Vias", "15 KB header"])
def test_aSIPMessageThatIsLargeButWholeIsAnswered(ward: Ward, more: object) -> None:
    vias = 40 if more == 40 else 1
    header = "" if more == 40 else "X: " + "x" * 15_000 + "\r\n"
    with ward.unharmed(), datagrams(source(37)) as made:
        made.settimeout(ENOUGH)
        made.sendto(request("OPTIONS", header, f"large{vias}", vias), SIP)
        answer = made.recv(65536)
    assert answer.startswith(b"SIP/2.0 200 ")
    assert answer.count(b"Via:") == vias
    assert len(answer) < 5000


@pytest.mark.parametrize(
    ("number", "data", "status", "place"),
    [
        (41, request("OPTIONS", "X: " + "x" * 17_000 + "\r\n", "long"), b"", "too many octets"),
        (42, request("OPTIONS", branch="tcp", length="-1"), b"SIP/2.0 400 ", "Content-Length"),
        (43, b"\0" * 70_000, b"", "message"),
    ],
    ids=["17 KB header", "negative length", "only NULs"],
)
def test_aSIPConnectionThatCannotBeReadAnyFurtherIsClosed(
    ward: Ward, number: int, data: bytes, status: bytes, place: str
) -> None:
    before = ward.facts("BadInput")
    with ward.unharmed(), connection(source(number), SIP) as made:
        made.sendall(data)
        assert until(made).startswith(status)
    assert ward.facts("BadInput") == before + 1
    ward.toldOnce(source(number), place)


def test_connectionsThatAreDroppedInTheMiddleLeaveNothing(ward: Ward) -> None:
    with ward.unharmed():
        for number in range(50):
            with connection(source(44), SIP) as made:
                made.sendall(request("INVITE", branch=f"drop{number}")[:-1])
        for number in range(50):
            with connection(source(44), SIGNALLING) as made:
                made.sendall(setup(number + 1, userUser(number))[:-20])


# Media.


def remoteOf(ward: Ward, protocol: str) -> tuple[str, int]:
    (row,) = (each for each in ward.server.ask("calls") if each["protocol"] == protocol)
    host, port = row["media"]["rtp"].rsplit(":", 1)
    return host, int(port)


def refusals(ward: Ward, protocol: str) -> int:
    (row,) = (each for each in ward.server.ask("calls") if each["protocol"] == protocol)
    return int(row["media"]["packetsRefused"])


LOUD = bytes([0x80, 0x00] * 80)  # u-law: full scale, both ways


def test_soundFromAThirdAddressIsNotHeardAndNothingComesBack(ward: Ward) -> None:
    port = remoteOf(ward, "h323")
    with ward.unharmed(), datagrams(source(51)) as made:
        for sequence in range(100):
            made.sendto(rtpPacket(sequence, LOUD), port)
        assert silent(made)


def test_aPayloadTypeThatWasNotNegotiatedIsNotHeard(ward: Ward) -> None:
    before = refusals(ward, "sip")
    with ward.unharmed():
        for sequence in range(20):
            ward.listener.inject(rtpPacket(sequence, LOUD, payloadType=18, ssrc=2), 0)
    waitFor(lambda: refusals(ward, "sip") >= before + 20, 2, "all were refused")


GARBAGE = (
    b"", b"\x80", b"\xff" * 1400, b"\x9f\x00" + b"\x00" * 10, b"\x90\x00" + b"\x00" * 12 + b"\xff" * 4,
    b"\xa0\x00" + b"\x00" * 10 + b"\xff",
)  # fmt: skip
RTCP_GARBAGE = (
    b"\x81\xc9\xff\xff" + b"\x00" * 28, b"\x80\xc8\x00\x00", b"\x9f\xca\x00\x01\x00\x00\x00\x01",
    b"\x81\xc9\x00\x07" + b"\xff" * 28, b"\x81\xcb\x00\x01\x00\x00\x00\x01" * 20, b"\xff" * 1400,
)  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "offset"), [(GARBAGE, 0), (RTCP_GARBAGE, 1)], ids=["RTP", "RTCP"]
)
def test_garbageAtAMediaPortIsNotHeard(ward: Ward, octets: tuple[bytes, ...], offset: int) -> None:
    with ward.unharmed(), datagrams(source(52 + offset)) as made:
        host, port = remoteOf(ward, "h323")
        for each in octets * 5:
            made.sendto(each, (host, port + offset))
            ward.listener.inject(each, offset)
        assert silent(made)


def test_aPeerThatNeverReadsItsAnswersCostsLittle(ward: Ward) -> None:
    lines = request("OPTIONS", branch="unread").replace(b"/UDP", b"/TCP") * 200
    with ward.unharmed(), socket.create_connection(SIP, 5, (source(61), 0)) as made:
        made.settimeout(3)
        poured = 0
        with suppress(OSError):  # it takes no more, and then cuts us off
            while poured < 64 << 20:
                poured += made.send(lines)
        assert poured < 64 << 20
        made.settimeout(0)
        waitFor(lambda: isCut(made), 25, "the connection is cut")


def isCut(made: socket.socket) -> bool:
    try:
        made.send(b"\r\n")
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


def test_strayAnswersFillNoLog(ward: Ward) -> None:
    before = len(ward.server.output())
    with ward.unharmed(), datagrams(source(62)) as made:
        for _ in range(1000):
            made.sendto(b"abc", RAS)
        waitFor(lambda: len(ward.server.output()) > before, 5, "a line")
    assert len(ward.server.output()) - before < 1000
