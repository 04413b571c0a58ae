"""
What an operator can ask and command, in one table: the server's socket checks
questions by it, C{h323ctl} makes its command line and its tables of it, and the manhole
its names.

Each command is the L{Operator<h323d.operation.operator.Operator>}'s method of that name,
and answers with the views (L{h323d.operation.views}) that this returns.  They are not
imported here: C{h323ctl} is to start at once.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "Argument", "Column", "Command"]


@dataclass(frozen=True, slots=True)
class Argument:
    """
    One word after a command.

    @ivar name: as a usage line shows it.
    @ivar choices: what it can be; empty for anything.
    """

    name: str
    help: str
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """
    What a table for people shows of each row.

    @ivar name: the row's key.
    @ivar text: whether it can be cut where there is little room; what is typed again, or is
        a number, cannot.
    """

    name: str
    text: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """
    One command.

    @ivar arguments: in their order; after an optional one, all are.
    @ivar columns: of a table, the most important first; none for an answer that is no list
        of rows.
    """

    name: str
    help: str
    arguments: tuple[Argument, ...] = ()
    columns: tuple[Column, ...] = ()

    def complaint(self, arguments: list[str]) -> str | None:
        """
        What is wrong with the arguments; C{None} if nothing is.
        """
        most = len(self.arguments)
        fewest = sum(not each.optional for each in self.arguments)
        if not fewest <= len(arguments) <= most:
            expected = str(most) if fewest == most else f"{fewest} to {most}"
            return f"{self.name} takes {expected} arguments"
        for argument, given in zip(self.arguments, arguments, strict=False):
            if argument.choices and given not in argument.choices:
                return f"{argument.name} is one of {', '.join(argument.choices)}"
        return None


_LIMIT = Argument("LIMIT", "how many at most; 1000", optional=True)
_TEXTS = frozenset(
    ("aliases", "called", "calling", "displayName", "participants", "product", "reason")
)


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name in _TEXTS) for name in names)


_CALL_COLUMNS = _columns(
    *("callId", "protocol", "room", "calling", "called", "state", "joined", "packetsLost"),
    *("jitter ms", "peer", "format", "presence", "direction", "legId", "displayName"),
    *("packetsReceived", "packetsSent", "model", "side", "target", "bandwidth", "used"),
    *("answered", "admitted", "endpointId", "callIdentifier"),
)
_ROOM_COLUMNS = _columns("room", "open", "participants", "speaker", "maxParticipants")
_REGISTRATION_COLUMNS = _columns(
    *("aliases", "protocol", "signalling", "kind", "endpointId", "source", "timeToLive", "product")
)
_RECORD_COLUMNS = _columns(
    *("offered", "duration", "outcome", "calling", "called", "room", "model"),
    *("callingPeer", "calledPeer", "causeName", "releasedBy", "reason"),
)

COMMANDS = (
    Command("status", "the server at a glance"),
    Command(
        "calls", "every leg, with its media, and every admitted call", (_LIMIT,), _CALL_COLUMNS
    ),
    Command("rooms", "every open room, and who is in it", (), _ROOM_COLUMNS),
    Command(
        "registrations",
        "every registered endpoint, or the one of a name",
        (Argument("NAME", "an alias, an identifier, or an address; - for all", True), _LIMIT),
        _REGISTRATION_COLUMNS,
    ),
    Command(
        "cdr",
        "the last call detail records, the newest first",
        (Argument("N", "how many; 20", optional=True),),
        _RECORD_COLUMNS,
    ),
    Command(
        "call",
        "call two parties, and join them",
        (
            Argument("A", "who is called first: an alias, a number, or a URI"),
            Argument("B", "who is called when A has answered"),
        ),
    ),
    Command(
        "route",
        "where a call to a name would go, for the gatekeeper",
        (
            Argument("NAME", "who is called: an alias, a number, or a URI"),
            Argument("CALLER", "who calls: a registered endpoint", optional=True),
        ),
    ),
    Command(
        "hangup",
        "end a call, a leg, or all calls of a room",
        (Argument("ID", "of the call, the leg or the room"),),
    ),
    Command(
        "transfer",
        "have one side of a routed call, the caller by default, call somebody else",
        (
            Argument("ID", "of the routed call"),
            Argument("TARGET", "whom to call instead"),
            Argument("SIDE", "calling, or called", True, ("calling", "called")),
        ),
    ),
    Command(
        "unregister",
        "end a registration",
        (Argument("NAME", "an alias, an identifier, or an address"),),
    ),
    Command(
        "maintenance",
        "take no new calls, and let those that are there finish",
        (Argument("ACTION", "on, off, or status", True, ("on", "off", "status")),),
    ),
)
