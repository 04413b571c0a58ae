"""
Handshakes of DTLS in a server that is entered in turns.

OpenSSL draws chance of its own, and has a clock of its own.  So what a step of a handshake comes to
is what the world answers: whoever leads has OpenSSL do it, and whoever follows hears what came of
it.  A handshake that is not done when its leader dies is not to be finished by another; what was
agreed on stays.
"""

from __future__ import annotations

from collections.abc import Callable

from OpenSSL import SSL

from h323d.ha.doors import Doors
from h323d.ha.turns import Turns
from h323d.media.dtls.association import MTU, Association, Identity
from h323d.media.dtls.certificate import Certificate
from h323d.values.media.encryption import KeyAgreement
from h323d.values.media.shaken import Shaken

__all__ = ["TurnedIdentity"]

Step = Callable[[bytes], Shaken]


class TurnedIdentity(Identity):
    """
    Who we are in handshakes.
    """

    def __init__(self, turns: Turns, certificate: Certificate) -> None:
        super().__init__(certificate)
        self._turns = turns

    def __reduce__(self) -> tuple[type[TurnedIdentity], tuple[Turns, Certificate]]:  # type: ignore[override]  # of another class
        return TurnedIdentity, (self._turns, self._certificate)

    def associate(self, agreement: KeyAgreement) -> Association:
        connection = SSL.Connection(self._context, None)
        connection.set_ciphertext_mtu(MTU)
        return _TurnedAssociation(self._turns, connection, agreement)


class _TurnedAssociation(Association):
    """
    An association each step of which is a question to the world.
    """

    def __init__(self, turns: Turns, connection: SSL.Connection, agreement: KeyAgreement) -> None:
        super().__init__(connection, agreement)
        self._turns = turns
        self._timeout: float | None = None

    @property
    def timeout(self) -> float | None:
        return self._timeout

    def begin(self) -> list[bytes]:
        return self._ask(self._begin)

    def take(self, datagram: bytes) -> list[bytes]:
        return self._ask(self._take, datagram)

    def retransmit(self) -> list[bytes]:
        return self._ask(self._retransmit)

    def _ask(self, step: Step, datagram: bytes = b"") -> list[bytes]:
        shaken = self._turns.ask(Doors.shake, step, datagram)
        self.keys, self._timeout = shaken.keys, shaken.timeout
        return list(shaken.datagrams)

    # What the world has done, where this process leads.

    def _begin(self, datagram: bytes) -> Shaken:
        return self._shaken(super().begin())

    def _take(self, datagram: bytes) -> Shaken:
        return self._shaken(super().take(datagram))

    def _retransmit(self, datagram: bytes) -> Shaken:
        return self._shaken(super().retransmit())

    def _shaken(self, datagrams: list[bytes]) -> Shaken:
        return Shaken(tuple(datagrams), self.keys, super().timeout)
