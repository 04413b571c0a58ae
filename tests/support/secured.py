"""
An endpoint by hand that signs what it sends, and checks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from h323d.gatekeeper.security.config import PasswordEntry, Requirement, SecurityConfig
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.security.h235 import Stamp, keyOf, sign
from tests.support.ras import Peer, rrq
from tests.support.zone import World

__all__ = ["ALICE", "GATEKEEPER_ID", "PASSWORD", "SecuredPeer", "secured"]

PASSWORD = "open sesame"
GATEKEEPER_ID = "h323d"
ALICE = ("h323-ID", "alice")


def secured(
    h2351: Requirement = Requirement.OPTIONAL, *more: PasswordEntry, **keys: Any
) -> SecurityConfig:
    """
    A configuration in which alice has a password, and 1001 the same.
    """
    alice = PasswordEntry("alice", PASSWORD, names=("1001",))
    return SecurityConfig(h2351=h2351, passwords=(alice, *more), **keys)


@dataclass
class SecuredPeer:
    """
    @ivar sender: what it calls itself.
    """

    world: World
    host: str = "10.0.0.5"
    password: str = PASSWORD
    sender: str = "alice"
    receiver: str = GATEKEEPER_ID
    version: int = 2
    skew: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    peer: Peer = field(init=False)

    def __post_init__(self) -> None:
        self.peer = self.world.peer(self.host)

    def signed(self, message: RASMessage) -> bytes:
        now = int(self.world.clock.seconds()) + self.skew
        stamp = Stamp(self.sender, self.receiver, now, next(self.numbers), self.version)
        return sign(message, keyOf(self.password), stamp)

    def exchange(self, octets: bytes) -> bytes:
        """
        Send, and read the one answer.
        """
        self.peer.received.clear()
        self.peer.port.send(octets, self.peer.peer)
        self.world.clock.advance(0)
        for _ in range(4):
            self.world.clock.advance(0.025)
        ((data, _),) = self.peer.received
        return data

    def ask(self, message: RASMessage) -> RASMessage:
        return decodeRAS(self.exchange(self.signed(message)))

    def register(self, *aliases: tuple[str, Any], **more: Any) -> str:
        """
        Register as alice, and go on under the identifier.
        """
        answer = self.ask(rrq(1, self.host, *(aliases or (ALICE,)), **more))
        assert answer.name == "registrationConfirm", answer
        self.sender = answer.fields["endpointIdentifier"]
        return self.sender
