"""
The client's side of digest: what we show to who asks us (RFC 3261, 22.2 and 22.3; RFC 8760, 2.4).

A challenge is answered once, and again only if what we showed was merely too old.  Who refuses
what we have shown is shown nothing for a while, each time twice as long: servers lock out who
keeps trying.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from h323d.call.complaints import FirstOf
from h323d.sip.digest.algorithms import Algorithm, responseOf
from h323d.sip.digest.fields import Challenge, Credentials
from h323d.sip.messages.cseq import CSeq
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress

__all__ = ["FIRST_PAUSE", "LONGEST_PAUSE", "MAX_ANSWERS", "NO_SECRETS", "Answering", "Secrets"]

FIRST_PAUSE = 30.0  # seconds that who has refused us is shown nothing
LONGEST_PAUSE = 3600.0
MAX_ANSWERS = 3  # to one request: a proxy, who is behind it, and one whose nonce was too old
MAX_CHALLENGES = 4  # of one response that are looked at
MAX_REFUSING = 1000  # who has refused us
MAX_LOGGED = 1000

_ASKED_IN = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}
_SHOWN_IN = {401: "Authorization", 407: "Proxy-Authorization"}


class Secrets(Protocol):
    """
    Who knows what we have with others: the trunks.
    """

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str
    ) -> tuple[str, str] | None:
        """
        Our user name there, and its H(A1).

        @param account: by which of ours a call leaves, where we may have several there; empty if
            it leaves by none.

        @return: C{None} if we have none.
        """

    def signed(self, request: SIPRequest) -> SIPRequest:
        """
        A request that we send, with our signature where we sign.
        """

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        """
        A 200 of ours, likewise.

        @param request: what it answers.
        """


class _NoSecrets:
    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str
    ) -> tuple[str, str] | None:
        return None

    def signed(self, request: SIPRequest) -> SIPRequest:
        return request

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        return response


NO_SECRETS: Secrets = _NoSecrets()


_Place = tuple[str, str, str]  # a host, a realm, and our name there


@dataclass(frozen=True, slots=True)
class _Pause:
    until: float
    seconds: float


class Answering:
    """
    Answers challenges.
    """

    _log = Logger()

    def __init__(self, secrets: Secrets, clock: IReactorTime, rng: random.Random) -> None:
        self._secrets = secrets
        self._clock = clock
        self._rng = rng
        self._pauses: dict[_Place, _Pause] = {}
        self._logged = FirstOf(MAX_LOGGED)

    def signed(self, request: SIPRequest) -> SIPRequest:
        """
        A request as it is to be sent, but for its Via.
        """
        return self._secrets.signed(request)

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        """
        A 200 as it is to be sent.
        """
        return self._secrets.signedAnswer(request, response)

    def answer(
        self,
        request: SIPRequest,
        response: SIPResponse,
        peer: TransportAddress,
        account: str = "",
    ) -> SIPRequest | None:
        """
        What to send instead of a request that has met with a challenge.

        @param request: as it was sent, without Via.
        @param peer: where it went.
        @param account: by which of ours (L{Secrets}).

        @return: with the next number in CSeq; C{None} if there is nothing that we could show, or
            the response is no challenge.
        """
        field = _ASKED_IN.get(response.status)
        if field is None:
            return None
        lines = response.headers.lines(field)[:MAX_CHALLENGES]
        challenges = [each for line in lines if (each := Challenge.read(line)) is not None]
        for algorithm in Algorithm:  # the best first
            for challenge in challenges:
                if challenge.algorithm is algorithm and challenge.qop:
                    known = self._secrets.secretAt(peer, challenge.realm, algorithm, account)
                    if known is None:
                        continue
                    field = _SHOWN_IN[response.status]
                    answer = self._answerTo(challenge, request, field, peer, known)
                    if answer is not None:
                        return answer
        if challenges and self._logged.isFirst(peer.host):
            self._log.warn(
                "{peer} asks for a password for {realm}, and there is none that it takes",
                peer=str(peer),
                realm=", ".join(dict.fromkeys(each.realm for each in challenges)),
            )
        return None

    def showingAgain(
        self, request: SIPRequest, before: SIPRequest, nonce: str, peer: TransportAddress
    ) -> SIPRequest:
        """
        A request with what was shown in another, and was good: the server need not ask again
        (RFC 7616, 3.4).

        @param before: the other, as it was sent to the same peer.
        @param nonce: what the server wants from now on; empty for that of before.
        """
        for field in _SHOWN_IN.values():
            for shown in _shownIn(before, field):
                again = self._countedFurther(shown, nonce, request, peer)
                if again is not None:
                    request = request.withHeaders(request.headers.adding(field, str(again)))
        return request

    def _countedFurther(
        self, shown: Credentials, nonce: str, request: SIPRequest, peer: TransportAddress
    ) -> Credentials | None:
        """
        @return: C{None} if we have nothing to show any more.
        """
        if shown.algorithm is None:
            return None
        known = self._secrets.secretAt(peer, shown.realm, shown.algorithm, "")
        if known is None or known[0] != shown.user:
            return None
        count = 1 if nonce and nonce != shown.nonce else int(shown.count, 16) + 1
        challenge = Challenge(shown.realm, nonce or shown.nonce, shown.algorithm, shown.opaque)
        return self._credentials(challenge, request, known, count)

    def accepted(self, request: SIPRequest, peer: TransportAddress) -> None:
        """
        What was shown in a request was good.
        """
        for shown in _shownIn(request, *_SHOWN_IN.values()):
            self._pauses.pop((peer.host, shown.realm, shown.user), None)

    def _answerTo(
        self,
        challenge: Challenge,
        request: SIPRequest,
        field: str,
        peer: TransportAddress,
        known: tuple[str, str],
    ) -> SIPRequest | None:
        place = (peer.host, challenge.realm, known[0])
        pause = self._pauses.get(place)
        now = self._clock.seconds()
        if pause is not None and now < pause.until:
            return None
        before = [each for each in _shownIn(request, field) if each.realm == challenge.realm]
        if before and not (challenge.stale and before[0].nonce != challenge.nonce):
            self._refused(place, pause, now)
            return None
        credentials = self._credentials(challenge, request, known)
        others = [
            line
            for line in request.headers.lines(field)
            if (shown := Credentials.read(line)) is None or shown.realm != challenge.realm
        ]
        headers = request.headers.without(field).adding(field, *others, str(credentials))
        cseq = CSeq(request.cseq.number + 1, request.method)
        return replace(request, headers=headers.replacing("CSeq", str(cseq)))

    def _credentials(
        self, challenge: Challenge, request: SIPRequest, known: tuple[str, str], number: int = 1
    ) -> Credentials:
        """
        @param number: how often the nonce has been used by now.
        """
        algorithm = challenge.algorithm
        assert algorithm is not None  # it was chosen
        user, secret = known
        cnonce, count, uri = f"{self._rng.getrandbits(64):016x}", f"{number:08x}", str(request.uri)
        response = responseOf(
            algorithm, secret, challenge.nonce, count, cnonce, request.method, uri
        )
        return Credentials(
            user,
            challenge.realm,
            challenge.nonce,
            uri,
            algorithm,
            cnonce,
            count,
            response,
            challenge.opaque,
        )

    def _refused(self, place: _Place, pause: _Pause | None, now: float) -> None:
        seconds = FIRST_PAUSE if pause is None else min(2 * pause.seconds, LONGEST_PAUSE)
        self._log.warn(
            "{peer} refuses our password for {realm}; it is shown nothing for {seconds:.0f} s",
            peer=place[0],
            realm=place[1],
            seconds=seconds,
        )
        if pause is not None or len(self._pauses) < MAX_REFUSING:
            self._pauses[place] = _Pause(now + seconds, seconds)


def _shownIn(request: SIPRequest, *fields: str) -> list[Credentials]:
    lines = (line for field in fields for line in request.headers.lines(field))
    return [each for each in map(Credentials.read, lines) if each is not None]
