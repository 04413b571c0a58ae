"""
An operator's log: a line for each call that begins, and one for each that is over.

It says in a sentence what the call's record says in fields (L{h323d.witness.cdr}), and counts
nothing itself.  Of calls that come to nothing, strangers can have as many as they like; so
only some of them have a line, and the others are counted.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from h323d.values.address import PartyAddress
from h323d.values.sound import Sound
from h323d.witness.cdr import THIRD_PARTY, CallDetail, Outcome
from h323d.witness.config import LoggedCalls
from h323d.witness.underway import CallInProgress

__all__ = ["CallLog"]

PERIOD = 60.0  # seconds
MAX_VAIN = 20  # lines about calls that came to nothing, in a period
MAX_NAME = 64  # characters of a party's name
NOBODY = "somebody"
_PROTOCOLS = {"h323": "H.323", "sip": "SIP"}
_WHO = {"calling": "the caller", "called": "the called side", "server": "us"}


class CallLog:
    """
    Writes the lines.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, which: LoggedCalls) -> None:
        """
        @param which: the calls that have lines.
        """
        self._clock = clock
        self._which = which
        self._vain = 0  # calls that came to nothing, in this period
        self._period: IDelayedCall | None = None

    def begun(self, call: CallInProgress) -> None:
        """
        It is decided where a call goes, or an endpoint is admitted to it.
        """
        if not self._wanted(call.callId):
            return
        known = call.detail()
        self._log.info(
            "call {callId} begins: {calling} {call} {called} by {protocol}{place}",
            callId=_idOf(known),
            calling="we" if known.model == THIRD_PARTY else _name(known.calling),
            call="call" if known.model == THIRD_PARTY else "calls",
            called=_name(known.called),
            protocol=_protocol(known),
            place="" if known.model == THIRD_PARTY else f" from {_peer(known)}, {_way(known)}",
        )

    def over(self, call: CallDetail) -> None:
        """
        This is the record of a call.
        """
        if not self._wanted(call.callId) or call.outcome is Outcome.LOST:
            return  # those that the process before us had, the journal tells of
        if call.outcome in (Outcome.ANSWERED, Outcome.ADMITTED, Outcome.UNFINISHED):
            self._tellOver(call)
        elif self._mayTell():
            self._tellVain(call)

    def close(self) -> None:
        """
        Write no more.
        """
        period, self._period = self._period, None
        if period is not None and period.active():
            period.cancel()
            self._tellRest()

    def _wanted(self, callId: str | None) -> bool:
        if self._which is LoggedCalls.OURS:
            return bool(callId)
        return self._which is LoggedCalls.ALL

    def _tellOver(self, call: CallDetail) -> None:
        self._log.info(
            "call {callId} from {calling} to {called} {end}; {protocol}, {way}{sound}",
            callId=_idOf(call),
            calling=_name(call.calling),
            called=_name(call.called),
            end=_end(call),
            protocol=_protocol(call),
            way=_way(call),
            sound=_sound(call.encoding, call.sound),
        )

    def _tellVain(self, call: CallDetail) -> None:
        self._log.info(
            "call {callId} from {calling} at {peer} to {called} {end}; {protocol}",
            callId=_idOf(call),
            calling=_name(call.calling),
            called=_name(call.called),
            peer=_peer(call),
            end=f"was refused: {call.reason}" if call.reason else f"was not answered; {_end(call)}",
            protocol=_protocol(call),
        )

    def _mayTell(self) -> bool:
        if self._period is None:
            self._vain = 0
            self._period = self._clock.callLater(PERIOD, self._periodOver)
        self._vain += 1
        return self._vain <= MAX_VAIN

    def _periodOver(self) -> None:
        self._period = None
        self._tellRest()

    def _tellRest(self) -> None:
        if self._vain > MAX_VAIN:
            self._log.info(
                "{count} more calls were refused, or not answered, within {seconds:g} s",
                count=self._vain - MAX_VAIN,
                seconds=PERIOD,
            )


def _idOf(call: CallDetail) -> str:
    return call.callId or call.callIdentifier


def _protocol(call: CallDetail) -> str:
    return _PROTOCOLS.get(call.protocol, call.protocol)


def _peer(call: CallDetail) -> str:
    return "here" if call.callingPeer is None else str(call.callingPeer)


def _name(names: tuple[PartyAddress, ...]) -> str:
    return _clean(names[0].value) if names else NOBODY


def _clean(text: str) -> str:
    """
    What a caller may have written, as part of a line of ours: in quotes where it could be
    taken for something else.
    """
    clean = text[:MAX_NAME]
    if not clean.isprintable() or '"' in clean:
        clean = "".join(each for each in clean if each.isprintable() and each != '"')
    if len(text) > MAX_NAME:
        clean += "..."
    plain = clean.isascii() and not set(clean) & set(" ,;")
    return clean if plain and clean and clean != NOBODY else f'"{clean}"'


def _way(call: CallDetail) -> str:
    if call.room:
        return f"room {_clean(call.room)}"
    if call.calledPeer is not None:
        return f"{call.model} to {call.calledPeer}"
    return call.model or "nowhere"


def _end(call: CallDetail) -> str:
    if call.ended is None:
        return "goes on as we leave"
    who = _WHO.get(call.releasedBy, call.releasedBy)
    after = "" if call.duration is None else f" after {call.duration:.1f} s"
    cause = "" if call.cause is None else f": {call.cause.name}"
    return f"ended by {who}{after}{cause}"


def _sound(encoding: str, sound: Sound | None) -> str:
    if sound is None:
        return ""
    came = sound.packetsReceived + sound.packetsLost
    text = (
        f", {encoding}; {sound.packetsLost} of {came} packets lost, "
        f"{sound.concealed} frames made up, jitter {sound.jitter * 1000:.1f} ms"
    )
    if sound.remoteLost is not None:
        text += f", {sound.remoteLost:.1%} of ours lost"
    return text
