"""
A telephone's registration with a server of SIP (RFC 3261, 10.2): made before it calls, lengthened
as long as it runs, and taken back.
"""

from __future__ import annotations

from h323d.call.timer import Timer
from h323d.cli.phonesettings import PhoneOwner
from h323d.sip.digest.answering import NO_SECRETS
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.uri import SIPURI
from h323d.sip.registering import Registrant

__all__ = ["SIPRegistration"]

RETRY = 5.0  # seconds until a server that does not answer is asked again


class SIPRegistration:
    """
    Is told what becomes of each REGISTER (L{h323d.sip.registering.RegisterAsker}).
    """

    def __init__(self, endpoint: SIPEndpoint, server: SIPURI, user: str, owner: PhoneOwner) -> None:
        """
        @param endpoint: signs what it sends, if we sign.
        @param server: where it is, with a literal address.
        @param user: our name there.
        """
        self._server = server
        self._name = f"sip:{user}@{server.host}"
        self._owner = owner
        self._isKnown = False
        self._timer = Timer(endpoint.clock)
        domain = SIPURI(server.host, port=server.port)
        self._registrant = Registrant(endpoint, domain, user, NO_SECRETS)

    def start(self) -> None:
        self._registrant.register(self._server, self)

    def leave(self) -> None:
        """
        Take it back, whatever the server says to that.
        """
        self.stop()
        if self._isKnown:
            self._isKnown = False
            self._registrant.unregister(self._server, _Nobody())

    def stop(self) -> None:
        self._timer.stop()
        self._registrant.forget()

    def granted(self, seconds: int) -> None:
        self._timer.start(seconds / 2, self.start)
        if not self._isKnown:
            self._isKnown = True
            self._owner.phoneHappened("registered", names=[self._name])
            self._owner.phoneRegistered()

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self._failed(reason)

    def unable(self, reason: str, retryAfter: float = 0.0) -> None:
        self._failed(reason)

    def unreachable(self, reason: str) -> None:
        self._failed(reason)

    def lost(self) -> None:
        """
        Register again by another connection: it is by that that we are called.
        """
        self.start()

    def _failed(self, reason: str) -> None:
        if self._isKnown:
            self._owner.phoneHappened("registrationFailed", reason=reason)
            self._timer.start(RETRY, self.start)
        else:
            self._owner.phoneFailed(f"not registered: {reason}")


class _Nobody:
    """
    Does not mind what becomes of a REGISTER.
    """

    def granted(self, seconds: int) -> None:
        pass

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        pass

    def unable(self, reason: str, retryAfter: float = 0.0) -> None:
        pass

    def unreachable(self, reason: str) -> None:
        pass

    def lost(self) -> None:
        pass
