"""
What an operator can ask and command, in one table: who may, with which arguments.  The
desk (L{h323d.operation.desk}) checks by it whatever the doors hand in, C{h323ctl} makes its
command line and its tables of it, and the manhole its names.

Each command is the L{Operator<h323d.operation.operator.Operator>}'s method of that name,
and answers with the views (L{h323d.operation.views}) that this returns.  They are not
imported here: C{h323ctl} is to start at once.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from h323d.errors import H323dError

__all__ = [
    "COMMANDS",
    "Argument",
    "Column",
    "Command",
    "ArgumentKind",
    "OperatorError",
    "Role",
    "Values",
]

Values = Mapping[str, str | int]
"""The arguments of a command, by name, as they were understood."""

MAX_DIGITS = 9  # of a number


class OperatorError(H323dError):
    """
    A request that cannot be done; its text is for the operator.
    """


class Role(enum.IntEnum):
    """
    What somebody may do; a higher one may do all that a lower one may.
    """

    VIEWER = 1
    """Asks, and changes nothing."""

    MODERATOR = 2
    """Makes, moves and ends calls."""

    OPERATOR = 3
    """Steers the server itself."""


class ArgumentKind(enum.Enum):
    """
    What an argument is, in words.
    """

    TEXT = "a text"
    NUMBER = f"a number of up to {MAX_DIGITS} digits"


@dataclass(frozen=True, slots=True)
class Argument:
    """
    One argument of a command.

    @ivar name: as the L{Operator<h323d.operation.operator.Operator>}'s method has it.
    @ivar label: what people call it.
    @ivar choices: what it can be; empty for anything of its kind.
    @ivar asking: the choice with which its command only asks, and which is the default; empty
        if there is none.
    """

    name: str
    label: str
    help: str
    kind: ArgumentKind = ArgumentKind.TEXT
    optional: bool = False
    choices: tuple[str, ...] = ()
    asking: str = ""

    @property
    def shown(self) -> str:
        """
        What stands for it in a usage line.
        """
        return "|".join(self.choices) or self.label

    def read(self, given: object) -> str | int:
        """
        @param given: a word, or what JSON can say.

        @raise OperatorError: it is of another kind.
        """
        if self.choices and given not in self.choices:
            raise OperatorError(f"{self.label} is one of {', '.join(self.choices)}, not {given}")
        value = _number(given) if self.kind is ArgumentKind.NUMBER else _text(given)
        if value is None:
            raise OperatorError(f"{self.label} is {self.kind.value}, not {given}")
        return value


def _text(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _number(given: object) -> int | None:
    """
    A number that is written in digits, or is one; C{None} if it is neither.
    """
    text = "" if isinstance(given, bool) else str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


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

    @ivar role: the least who may.
    @ivar arguments: in their order; after an optional one, all are.
    @ivar columns: of a table, the most important first; none for an answer that is no list
        of rows.
    """

    name: str
    role: Role
    help: str
    arguments: tuple[Argument, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def usage(self) -> str:
        """
        How it is called; an optional argument is given only after the one before it.
        """
        needed = [each.shown for each in self.arguments if not each.optional]
        optional = [f"[{each.shown}" for each in self.arguments if each.optional]
        return " ".join([self.name, *needed, *optional]) + "]" * len(optional)

    def named(self, words: Sequence[object]) -> dict[str, object]:
        """
        What was given in order, by the names of the arguments.

        @raise OperatorError: there are more words than arguments.
        """
        if len(words) > len(self.arguments):
            surplus = words[len(self.arguments)]
            raise OperatorError(f"{self.name} does not take {surplus}: {self.usage}")
        names = (each.name for each in self.arguments)
        return dict(zip(names, words, strict=False))

    def read(self, given: Mapping[str, object]) -> Values:
        """
        @param given: arguments, by name.

        @raise OperatorError: one is missing, unknown, or of another kind.
        """
        known = {each.name: each for each in self.arguments}
        unknown = [name for name in given if name not in known]
        if unknown:
            takes = ", ".join(known) or "nothing"
            raise OperatorError(f"{self.name} does not take {unknown[0]}; it takes {takes}")
        missing = [each.label for each in self.arguments if _isMissing(each, given)]
        if missing:
            raise OperatorError(f"{self.name} needs {', '.join(missing)}: {self.usage}")
        return {name: known[name].read(value) for name, value in given.items()}

    def roleFor(self, values: Values) -> Role:
        """
        The least who may give it with these arguments.
        """
        for each in self.arguments:
            if each.asking and values.get(each.name, each.asking) == each.asking:
                return Role.VIEWER
        return self.role


def _isMissing(argument: Argument, given: Mapping[str, object]) -> bool:
    return not argument.optional and argument.name not in given


_LIMIT = Argument("limit", "LIMIT", "how many at most; 1000", ArgumentKind.NUMBER, optional=True)
_TEXTS = frozenset(
    (
        *("aliases", "called", "calling", "displayName", "lastRefusal", "missing"),
        *("octets", "participants", "prefixes", "product", "reason", "what", "why"),
    )
)


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name in _TEXTS) for name in names)


_CALL_COLUMNS = _columns(
    *("callId", "protocol", "room", "calling", "called", "state", "joined", "packetsLost"),
    *(
        "jitter ms",
        "peer",
        "format",
        "encryption",
        "presence",
        "bridge",
        "sound",
        "passing",
        "direction",
        "legId",
        "displayName",
    ),
    *("packetsReceived", "packetsSent", "model", "side", "target", "bandwidth", "used"),
    *("answered", "admitted", "endpointId", "callIdentifier"),
)
_ROOM_COLUMNS = _columns("room", "open", "participants", "locked", "speaker", "maxParticipants")
_MEMBER_COLUMNS = _columns("name", "role", "voice", "presence", "level", "legId", "displayName")
_VERBS = ("list", "mute", "unmute", "kick", "lock", "unlock", "invite", "announce")
_REGISTRATION_COLUMNS = _columns(
    *(
        "aliases",
        "protocol",
        "signalling",
        "kind",
        "endpointId",
        "source",
        "timeToLive",
        "user",
        "product",
        "roundTrips",
    )
)
_PARENT_COLUMNS = _columns(
    *("parent", "state", "since", "gatekeeper", "gatekeeperIdentifier", "aliases", "prefixes"),
    *("calls", "lastRefusal", "endpointId"),
)
_RECORD_COLUMNS = _columns(
    *("offered", "duration", "outcome", "calling", "called", "room", "model"),
    *("callingPeer", "calledPeer", "causeName", "releasedBy", "reason"),
)
_TRUNK_COLUMNS = _columns(
    *("trunk", "state", "since", "roundTrip", "calls", "lastCause", "reason", "protocol"),
    *("address", "prefixes", "priority", "weight", "capacity", "obstacle"),
    *("registration", "expires"),
)
_CODEC_COLUMNS = _columns(
    *("name", "ways", "library", "missing", "loaded", "encoding"),
    *("side", "format", "way", "impairment", "bitRate", "why"),
)
_TRACED_COLUMNS = _columns("time", "source", "target", "what", "protocol")
_WIRE_COLUMNS = _columns("at", "source", "target", "protocol", "transport", "octets")
_FORMS = ("ladder", "octets")
_TRACED = "a call, by its callId, Call-ID or callIdentifier; a peer's address; - for all"

COMMANDS = (
    Command("status", Role.VIEWER, "the server at a glance"),
    Command(
        "calls",
        Role.VIEWER,
        "every leg, with its media, and every admitted call",
        (_LIMIT,),
        _CALL_COLUMNS,
    ),
    Command(
        "room",
        Role.MODERATOR,
        "who is in a room; or mute, put out, call or tell them something",
        (
            Argument("name", "ROOM", "its name, or an alias"),
            Argument(
                *("verb", "VERB", "what to do there"), optional=True, choices=_VERBS, asking="list"
            ),
            Argument(
                *("what", "WHAT", "a participant, or all; whom to call; or the sound"),
                optional=True,
            ),
        ),
        _MEMBER_COLUMNS,
    ),
    Command("rooms", Role.VIEWER, "every open room, and who is in it", (), _ROOM_COLUMNS),
    Command(
        "registrations",
        Role.VIEWER,
        "every registered endpoint, or the one of a name",
        (
            Argument(
                *("name", "NAME", "an alias, an identifier, or an address; - for all"),
                optional=True,
            ),
            _LIMIT,
        ),
        _REGISTRATION_COLUMNS,
    ),
    Command(
        "parents",
        Role.VIEWER,
        "every gatekeeper that we are registered with, or want to be",
        (),
        _PARENT_COLUMNS,
    ),
    Command(
        "cdr",
        Role.VIEWER,
        "the last call detail records, the newest first",
        (Argument("count", "N", "how many; 20", ArgumentKind.NUMBER, optional=True),),
        _RECORD_COLUMNS,
    ),
    Command(
        "trace",
        Role.VIEWER,
        "the signalling of one call, SIP and H.323 side by side",
        (Argument("name", "CALL|ADDRESS", _TRACED), _LIMIT),
        _TRACED_COLUMNS,
    ),
    Command(
        "wire",
        Role.OPERATOR,
        "the same, or that of everybody, as octets in hexadecimal",
        (Argument("name", "CALL|ADDRESS", _TRACED, optional=True), _LIMIT),
        _WIRE_COLUMNS,
    ),
    Command(
        "follow",
        Role.OPERATOR,
        "either of both, and what is said from now on, until the call is over",
        (
            Argument("name", "CALL|ADDRESS", _TRACED),
            Argument(
                *("form", "FORM", "rows as of trace, or as of wire"),
                optional=True,
                choices=_FORMS,
                asking=_FORMS[0],
            ),
            _LIMIT,
        ),
    ),
    Command(
        "codecs",
        Role.VIEWER,
        "what sound can be coded here, or what two who call each other would speak",
        (
            Argument("caller", "A", "what the caller speaks: PCMU,G722", optional=True),
            Argument("called", "B", "what the called side speaks: G729,opus", optional=True),
        ),
        _CODEC_COLUMNS,
    ),
    Command(
        "trunks",
        Role.VIEWER,
        "every trunk: whether it is up, since when, and its calls",
        (),
        _TRUNK_COLUMNS,
    ),
    Command(
        "call",
        Role.MODERATOR,
        "call two parties, and join them",
        (
            Argument("first", "A", "who is called first: an alias, a number, or a URI"),
            Argument("second", "B", "who is called when A has answered"),
        ),
    ),
    Command(
        "route",
        Role.VIEWER,
        "where a call to a name would go, for the gatekeeper",
        (
            Argument("name", "NAME", "who is called: an alias, a number, or a URI"),
            Argument("caller", "CALLER", "who calls: a registered endpoint", optional=True),
        ),
    ),
    Command(
        "hangup",
        Role.MODERATOR,
        "end a call, a leg, or all calls of a room",
        (Argument("name", "ID", "of the call, the leg or the room"),),
    ),
    Command(
        "transfer",
        Role.MODERATOR,
        "have one side of a routed call, the caller by default, call somebody else",
        (
            Argument("name", "ID", "of the routed call"),
            Argument("target", "TARGET", "whom to call instead"),
            Argument(
                *("side", "SIDE", "calling, or called"),
                optional=True,
                choices=("calling", "called"),
            ),
        ),
    ),
    Command(
        "unregister",
        Role.OPERATOR,
        "end a registration",
        (Argument("name", "NAME", "an alias, an identifier, or an address"),),
    ),
    Command(
        "maintenance",
        Role.OPERATOR,
        "take no new calls, and let those that are there finish",
        (
            Argument(
                *("action", "ACTION", "on, off, or status"),
                optional=True,
                choices=("on", "off", "status"),
                asking="status",
            ),
        ),
    ),
)
