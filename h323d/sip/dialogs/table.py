"""
The dialogs that there are, by what their requests name, and those that there were lately.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.legs import ILeg
from h323d.call.shares import ShareRule, Shares
from h323d.sip.agent import DialogUser
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.messages.rack import RAck

__all__ = ["DialogTable"]

NO_SUCH_CALL = 481
DECLINED = 603  # for a dialog that is over (RFC 3891, 3)

MAX_PAST = 1000  # of the dialogs that are over


class DialogTable:
    """
    Those of one endpoint.
    """

    def __init__(self, clock: IReactorTime, lifetime: float, rule: ShareRule, most: int) -> None:
        """
        @param lifetime: seconds for which it is known of a dialog that it is over.
        @param rule: how many may come from one source.
        @param most: how many there may be.
        """
        self._clock = clock
        self._lifetime = lifetime
        self._most = most
        self._shares = Shares(rule, "calls")
        self._users: dict[tuple[str, str], DialogUser] = {}
        self._callers: dict[tuple[str, str], str] = {}  # the hosts of those who called us
        # When they ended, and what a PRACK says that was awaited; the oldest first.
        self._past: dict[tuple[str, str], tuple[float, RAck | None]] = {}

    @property
    def users(self) -> tuple[DialogUser, ...]:
        """
        Every leg that still sends or receives something.
        """
        return tuple(self._users.values())

    def __getitem__(self, key: tuple[str, str]) -> DialogUser:
        """
        @param key: the Call-ID, and our tag.
        """
        return self._users[key]

    def get(self, callId: str, localTag: str) -> DialogUser | None:
        return self._users.get((callId, localTag))

    def ofCall(self, callId: str) -> tuple[DialogUser, ...]:
        """
        All with this Call-ID.
        """
        return tuple(user for (each, _), user in self._users.items() if each == callId)

    def isFullFor(self, caller: str) -> bool:
        """
        Whether another one would be too many: at all, or of that host.
        """
        return len(self._users) >= self._most or not self._shares.mayTake(caller, self._most)

    def enter(self, callId: str, localTag: str, user: DialogUser) -> None:
        self._users[callId, localTag] = user

    def called(self, callId: str, localTag: str, caller: str) -> None:
        """
        That dialog has come from there.
        """
        self._callers[callId, localTag] = caller
        self._shares.take(caller)

    def forget(self, callId: str, localTag: str, awaited: RAck | None = None) -> None:
        """
        It is over.

        @param awaited: what a PRACK says that may come still.
        """
        key = callId, localTag
        if self._users.pop(key, None) is not None:
            self._remember(key, awaited)
        caller = self._callers.pop(key, None)
        if caller is not None:
            self._shares.giveBack(caller)

    def _remember(self, key: tuple[str, str], awaited: RAck | None) -> None:
        now = self._clock.seconds()
        self._past[key] = now, awaited
        oldest, (ended, _) = next(iter(self._past.items()))
        if len(self._past) > MAX_PAST or now - ended >= self._lifetime:
            del self._past[oldest]

    def replaced(self, replaces: Replaces) -> ILeg | int:
        """
        Whose place that is.

        @return: the leg; or the status that says why none has to give it up (RFC 3891, 3).
        """
        key = replaces.callId, replaces.localTag
        user = self._users.get(key)
        if user is not None:
            return user.replacedBy(replaces)
        return DECLINED if self.isPast(*key) else NO_SUCH_CALL

    def ringingAt(self, replaces: Replaces) -> ILeg | None:
        """
        The leg of a call of ours that rings there; C{None} if none does.
        """
        user = self._users.get((replaces.callId, replaces.localTag))
        return None if user is None else user.ringingAt(replaces)

    def isPast(self, callId: str, localTag: str) -> bool:
        """
        Whether there was such a dialog a moment ago.
        """
        past = self._past.get((callId, localTag))
        return past is not None and self._clock.seconds() - past[0] < self._lifetime

    def isAwaited(self, callId: str, localTag: str, rack: RAck) -> bool:
        """
        Whether a dialog that was there a moment ago still waits for a PRACK that says that.
        """
        return self.isPast(callId, localTag) and self._past[callId, localTag][1] == rack
