"""
Handshakes of DTLS in a server that another follows.
"""

from __future__ import annotations

import random
from typing import Any, cast

import pytest

from h323d.errors import RemoteProtocolError
from h323d.ha import records
from h323d.ha.doors import Doors
from h323d.ha.following import Following
from h323d.ha.leading import Leading
from h323d.ha.turns import Turns
from h323d.house.handshakes import TurnedIdentity
from h323d.media.dtls.association import Association, Identity
from h323d.media.dtls.certificate import newCertificate
from h323d.values.media.encryption import KeyAgreement, StreamKeys
from tests.support.handshakes import identity
from tests.support.outputs import KeptLog, NotedDoors

PEER = identity(2)
NOW = 1_800_000_000.0
CERTIFICATE = newCertificate(random.Random(7), NOW)


class ShakingDoors(NotedDoors):
    def shake(self, step: Any, datagram: bytes) -> Any:
        return step(datagram)


class Side:
    """
    A server with one handshake, in turns.
    """

    def __init__(self, known: Identity = PEER) -> None:
        self.turns = Turns(NOW)
        ours = TurnedIdentity(self.turns, CERTIFICATE)
        self.fingerprint = ours.fingerprint
        self.association = ours.associate(KeyAgreement(False, (known.fingerprint,)))
        self.turns.receive("take", self.association.take)

    @property
    def keys(self) -> StreamKeys | None:
        return self.association.keys


class Led(Side):
    def __init__(self, known: Identity = PEER) -> None:
        super().__init__(known)
        self.log = KeptLog()
        self.leading = Leading(self.turns, cast(Doors, ShakingDoors()), self.log)

    def converse(self) -> Association:
        """
        Shake hands.

        @return: the peer.
        """
        peer = PEER.associate(KeyAgreement(True, (self.fingerprint,)))
        coming = peer.begin()
        while coming:
            answers = self.leading.enter("take", coming.pop(0))
            coming += [each for answer in answers for each in peer.take(answer)]
        return peer


def followed(led: Led, known: Identity = PEER) -> Side:
    """
    Whoever was told all that was logged.
    """
    side = Side(known)
    following = Following(side.turns)
    for each in led.log.records:
        following.take(records.decode(records.encode(each)))
    return side


def test_whoLeadsAgreesOnKeysWithAPeer() -> None:
    led = Led()
    peer = led.converse()
    assert led.keys is not None
    assert peer.keys == StreamKeys(led.keys.theirs, led.keys.ours)


def test_whoFollowsHasTheSameKeys() -> None:
    led = Led()
    led.converse()
    assert followed(led).keys == led.keys


def test_whoFollowsHearsThatThereWillBeNone() -> None:
    led = Led(known=identity(3))
    with pytest.raises(RemoteProtocolError, match="fingerprint"):
        led.converse()
    assert followed(led, identity(3)).keys is None


def test_itIsKnownWhenSomethingIsToBeSaidAgain() -> None:
    led = Led()
    peer = PEER.associate(KeyAgreement(True, (led.fingerprint,)))
    (hello,) = peer.begin()
    led.leading.enter("take", hello)
    assert led.association.timeout is not None
    assert followed(led).association.timeout == led.association.timeout


def test_anIdentityIsTheSameWhereItWasWrittenDown() -> None:
    ours = TurnedIdentity(Turns(NOW), CERTIFICATE)
    kind, arguments = ours.__reduce__()
    assert kind(*arguments).fingerprint == ours.fingerprint
