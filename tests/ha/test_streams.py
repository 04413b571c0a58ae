"""
Connections in turns.
"""

from __future__ import annotations

import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.transport import (
    IListening,
    IOpening,
    ISecureOpener,
    IStream,
    IStreamListener,
    IStreamUser,
)
from h323d.errors import ConfigurationError
from h323d.ha.doors import Security
from h323d.ha.streams import Line, StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from tests.support.turned import Turned

HERE, THERE = TransportAddress("10.0.0.1", 1720), TransportAddress("10.0.0.2", 40000)


@implementer(IStreamUser)
class Listener:
    """
    @ivar told: what the connection told.
    """

    def __init__(self) -> None:
        self.told: list[object] = []
        self.stream: IStream | None = None

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream
        self.told.append("opened")

    def streamReceived(self, data: bytes) -> None:
        self.told.append(data)

    def streamClosed(self, reason: str) -> None:
        self.told.append(reason)


class Streams(Turned):
    """
    A server that listens and calls.
    """

    def __init__(self, security: Security = Security.NONE) -> None:
        super().__init__(listen=HERE, provesToBe=True, prepareSecurity=None)
        self.user = Listener()
        self.offered: list[TransportAddress] = []
        self.takes = True
        lines = self.reached.lines
        self.listener = StreamListener(self.turns, lines, security)
        self.opener = StreamOpener(self.turns, lines, security)

    def newUser(self, peer: TransportAddress) -> IStreamUser | None:
        self.offered.append(peer)
        user: IStreamUser = self.user
        return user if self.takes else None

    def accepted(self) -> Line:
        self.do(self.listener.listen, HERE, self.newUser)
        self.enter("accepted", 1, -1, THERE)
        self.enter("opened", -1, HERE, THERE, b"key")
        return self.reached.lines.open[-1]

    def opening(self) -> Line:
        opening = self.do(self.opener.open, THERE, self.user, 5.0)
        assert isinstance(opening, Line)
        return opening


def test_theyAreWhatSignallingKnows() -> None:
    streams = Streams()
    verifyObject(IStreamListener, streams.listener)
    verifyObject(ISecureOpener, streams.opener)
    verifyObject(IListening, streams.do(streams.listener.listen, HERE, streams.newUser))
    line = streams.opening()
    verifyObject(IStream, line)
    verifyObject(IOpening, line)


def test_whoIsAcceptedHasAUserFromTheBeginning() -> None:
    streams = Streams()
    line = streams.accepted()
    assert (streams.offered, streams.user.told) == ([THERE], ["opened"])
    assert streams.user.stream is line
    assert (line.local, line.peer, line.peerKey) == (HERE, THERE, b"key")


def test_whoIsNotTakenIsRefused() -> None:
    streams = Streams()
    streams.takes = False
    streams.do(streams.listener.listen, HERE, streams.newUser)
    assert streams.enter("accepted", 1, -1, THERE) == [("refuse", -1)]
    assert streams.enter("received", -1, b"octets") == []


def test_nobodyIsTakenOnceNothingIsListenedFor() -> None:
    streams = Streams()
    listening = streams.do(streams.listener.listen, HERE, streams.newUser)
    streams.do(listening.stop)
    assert streams.enter("accepted", 1, -1, THERE) == [("refuse", -1)]
    assert streams.doors.done[0] == ("stopListening", 1)


def test_whatIsWrittenLeavesAndIsCounted() -> None:
    streams = Streams()
    line = streams.accepted()
    streams.do(line.write, b"abc")
    streams.enter("received", -1, b"de")
    assert streams.doors.done == [("write", -1, b"abc")]
    assert (line.position.written, line.position.read) == (3, 2)
    assert streams.user.told == ["opened", b"de"]


def test_nothingIsWrittenOrHeardAfterTheEnd() -> None:
    streams = Streams()
    line = streams.accepted()
    streams.do(line.close)
    streams.do(line.write, b"abc")
    streams.enter("received", -1, b"de")
    streams.enter("closed", -1, "closed")
    assert streams.doors.done == [("close", -1)]
    assert streams.user.told == ["opened", "closed"]
    assert line.position.read == 2  # it was read, all the same
    assert streams.reached.lines.open == {}


def test_aConnectionIsAskedForAndToldOf() -> None:
    streams = Streams()
    line = streams.opening()
    streams.do(line.write, b"too early")
    assert streams.doors.done == [("connect", 1, THERE, 5.0, "", None, Security.NONE, "")]
    streams.enter("opened", 1, HERE, THERE, None)
    assert streams.user.told == ["opened"]
    assert streams.do(line.provesToBe, "10.0.0.2", "example.com") is True


def test_aConnectionOnItsWayIsCancelledAndAnOpenOneIsNot() -> None:
    streams = Streams()
    line = streams.opening()
    streams.do(line.cancel)
    assert streams.doors.done[1:] == [("cancel", 1)]
    streams.enter("opened", 1, HERE, THERE, None)
    streams.do(line.cancel)
    streams.do(line.abort)
    assert streams.doors.done[2:] == [("abort", 1)]


def test_portsAndDomainsAreNamed() -> None:
    streams = Streams(Security.SIP)
    opener = streams.opener.expecting("example.com")
    streams.do(opener.open, THERE, streams.user, 5.0, "10.0.0.1", range(3, 5))
    assert streams.doors.done == [
        ("connect", 1, THERE, 5.0, "10.0.0.1", (3, 4), Security.SIP, "example.com")
    ]


def test_certificatesAreReadAndThenUsed() -> None:
    streams = Streams()
    secured = streams.reached.lines.secured(Security.CALLS)
    prepared = streams.do(secured.prepare)
    assert streams.doors.done == []
    streams.do(prepared.commit)
    assert streams.doors.done == [("commitSecurity", 1)]


def test_certificatesThatCannotBeReadAreToldOf() -> None:
    streams = Streams()
    streams.doors.answers["prepareSecurity"] = ConfigurationError("h323.certificate", "no file")
    with pytest.raises(ConfigurationError, match=r"h323\.certificate: no file"):
        streams.do(streams.reached.lines.secured(Security.CALLS).prepare)
