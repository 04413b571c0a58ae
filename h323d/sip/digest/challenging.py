"""
The server's side of digest: who has to prove who they are, and what they show (RFC 3261, 22;
RFC 8760).

Nothing is remembered of who was asked, and no source is locked out for what it shows: sources are
forged.  A user who does not exist is refused in the same words, and after the same work, as one
whose password is wrong.
"""

from __future__ import annotations

import hmac

from twisted.logger import Logger

from h323d.call.complaints import FirstOf
from h323d.call.surroundings import Surroundings
from h323d.errors import DecodeError
from h323d.events.doors import AuthenticationFailed
from h323d.sip.calls.parties import isNobody, partiesOf
from h323d.sip.digest.algorithms import Algorithm, responseOf
from h323d.sip.digest.fields import Challenge, Credentials
from h323d.sip.digest.nonces import Nonces, Standing
from h323d.sip.digest.users import IDigestUsers
from h323d.sip.guardheader import shownIn
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.values.address import TransportAddress
from h323d.values.proof import TLS, Proof

__all__ = ["SCHEME", "Challenger"]

SCHEME = "digest"  # as proofs have it
MAX_SHOWN = 4  # credentials of one request that are looked at
MAX_LOGGED = 1000  # sources that are logged at all

_JUDGED = ("REGISTER", "INVITE")  # at whose doors gates stand

_OF_BEFORE = (Standing.OLD.value, Standing.FOREIGN.value)
"""
Faults of who knows the password: the nonce is too old, or of a process before this one.
"""


class Challenger:
    """
    Asks for proofs, and verifies them.
    """

    _log = Logger()

    def __init__(self, users: IDigestUsers, world: Surroundings) -> None:
        self._users = users
        self._clock = world.clock
        self._events = world.events
        self._nonces = Nonces(world.clock, world.rng)
        self._nobody = {each: each.hash(world.rng.randbytes(32).hex()) for each in Algorithm}
        self._logged = FirstOf(MAX_LOGGED)

    def examine(
        self,
        request: SIPRequest,
        source: TransportAddress,
        ours: bool,
        toTag: str,
        key: bytes | None = None,
    ) -> SIPResponse | Proof | None:
        """
        Look at a request that belongs to no dialog.

        @param ours: its sender says to be of our domain.
        @param toTag: ours, for an answer.
        @param key: the public key at the other end of the connection.

        @return: what refuses it; or what it has proved, which is C{None} where nothing has to be.
            A signature is for the gates to judge, and nobody who shows one is asked for a
            password.

        @raise DecodeError: From is malformed.
        """
        if self._users.takesSignatures and request.method in _JUDGED:
            signature = shownIn(request)
            if signature is not None:
                return signature
            user = None if key is None else self._users.userOfKey(key)
            if key is not None and user is not None:
                return Proof(TLS, user, int(self._clock.seconds()), key=key)
        if not self._users.realm:
            return None
        if request.method != "REGISTER" and not self._users.mustProve(source, ours):
            return None
        shown = self._shownIn(request)
        algorithm = self._users.algorithmAt(source.host)
        stale = False
        for credentials in shown:
            if credentials.algorithm is not algorithm:
                continue
            reason = self._faultOf(credentials, algorithm, request)
            if not reason:
                return self._proved(credentials, request, source, toTag)
            stale = stale or reason in _OF_BEFORE
            self._failed(request, source, credentials.user, reason)
        if shown and all(each.algorithm is not algorithm for each in shown):
            self._failed(request, source, shown[0].user, "algorithm")
        return self._challenge(request, source.host, algorithm, stale, toTag)

    def gaveTo(self, host: str, request: SIPRequest) -> bool:
        """
        Whether a request shows that its sender has had a challenge that went to that host.
        """
        return any(self._nonces.gaveTo(host, each.nonce) for each in self._shownIn(request))

    def _shownIn(self, request: SIPRequest) -> list[Credentials]:
        """
        The credentials for our realm, of the first few that there are.
        """
        lines = request.headers.lines("Authorization")[:MAX_SHOWN]
        read = (Credentials.read(line) for line in lines)
        return [each for each in read if each is not None and each.realm == self._users.realm]

    def _faultOf(self, shown: Credentials, algorithm: Algorithm, request: SIPRequest) -> str:
        """
        @return: what is wrong with credentials; empty if nothing is.
        """
        known = self._users.secretOf(shown.user, shown.realm, algorithm)
        secret = self._nobody[algorithm] if known is None else known
        expected = responseOf(
            algorithm, secret, shown.nonce, shown.count, shown.cnonce, request.method, shown.uri
        )
        given = shown.response.encode("utf-8", "surrogateescape")
        right = hmac.compare_digest(expected.encode(), given)
        if known is None:
            return "unknown"
        if not right:
            return "password"
        if not _isFor(shown.uri, request):
            return "uri"
        standing = self._nonces.use(shown.nonce, int(shown.count, 16))
        return "" if standing is Standing.GOOD else standing.value

    def _proved(
        self, shown: Credentials, request: SIPRequest, source: TransportAddress, toTag: str
    ) -> SIPResponse | Proof:
        """
        Somebody is who they say; and so is who the request is from, or nobody.
        """
        caller = request.fromAddress.uri
        if not isNobody(caller) and not self._users.mayBe(shown.user, partiesOf(caller)):
            self._failed(request, source, shown.user, "name")
            return request.response(403, None, toTag)
        now = int(self._clock.seconds())
        return Proof(SCHEME, shown.user, now, bytes.fromhex(shown.nonce))

    def _challenge(
        self, request: SIPRequest, host: str, algorithm: Algorithm, stale: bool, toTag: str
    ) -> SIPResponse:
        challenge = Challenge(self._users.realm, self._nonces.fresh(host), algorithm, stale=stale)
        response = request.response(401, None, toTag)
        return response.withHeaders(response.headers.adding("WWW-Authenticate", str(challenge)))

    def _failed(
        self, request: SIPRequest, source: TransportAddress, user: str, reason: str
    ) -> None:
        if reason in _OF_BEFORE:  # it is nobody's fault
            return
        identity = "" if reason == "unknown" else user
        now = self._clock.seconds()
        self._events.publish(AuthenticationFailed(now, source, request.method, identity, reason))
        if self._logged.isFirst(source.host):
            self._log.info(
                "{source} is not believed, told once: {method}: {reason}",
                source=str(source),
                method=request.method,
                reason=reason,
            )


def _isFor(uri: str, request: SIPRequest) -> bool:
    """
    Whether credentials are for the Request-URI, however it is written (RFC 7616, 3.4.6).
    """
    if uri == str(request.uri):
        return True
    try:
        shown = parseURI(uri)
    except DecodeError:
        return False
    asked = request.uri
    return isinstance(shown, SIPURI) and isinstance(asked, SIPURI) and shown.matches(asked)
