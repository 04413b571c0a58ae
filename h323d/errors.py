"""
What can go wrong, and whose fault it is.

A peer's fault is a L{DecodeError} or a L{RemoteProtocolError}: it is answered
in the peer's own protocol, counted, and never becomes a traceback.  An
operator's fault is a L{ConfigurationError}, which names the place.  Anything
else is ours.
"""

from __future__ import annotations

from h323d.values.cause import Cause

__all__ = [
    "ConfigurationError",
    "ConfigurationFaults",
    "DecodeError",
    "EncodeError",
    "H323dError",
    "RemoteProtocolError",
    "ResourceUnavailable",
    "UnexpectedStatus",
]


class H323dError(Exception):
    """
    The root of this program's own exceptions.
    """


class DecodeError(H323dError):
    """
    Octets that are not what they claim to be.

    @ivar reason: what is wrong, in words, without the peer's own text.
    @ivar path: the field, as in C{"RasMessage.registrationRequest.terminalAlias[3]"}.
    @ivar offset: the octet where it was noticed; C{-1} if there is no telling.
    """

    def __init__(self, reason: str, path: str = "", offset: int = -1) -> None:
        super().__init__(reason, path, offset)
        self.reason = reason
        self.path = path
        self.offset = offset

    @property
    def place(self) -> str:
        """
        The field and the octet in words: C{"TPKT.version at octet 13"}.
        """
        field = self.path or "message"
        return field if self.offset < 0 else f"{field} at octet {self.offset}"

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class EncodeError(H323dError):
    """
    A value of ours that its schema does not allow.

    @ivar reason: what is wrong.
    @ivar path: the field that is wrong.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        return f"{self.path or 'value'}: {self.reason}"


class RemoteProtocolError(H323dError):
    """
    A well-formed message that breaks the protocol's rules.

    @ivar cause: the answer to give.
    """

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(cause, reason)
        self.cause = cause
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} ({self.cause.name})"


class ResourceUnavailable(H323dError):
    """
    Something that we ran out of: ports, seats, rooms, bandwidth.

    @ivar cause: the answer to give to the peer that needed it.
    """

    def __init__(self, reason: str, cause: Cause = Cause.RESOURCE_UNAVAILABLE) -> None:
        super().__init__(reason, cause)
        self.reason = reason
        self.cause = cause

    def __str__(self) -> str:
        return self.reason


class UnexpectedStatus(H323dError):
    """
    A web server answered with another status than it should.

    @ivar body: of the answer, as far as it was taken.
    """

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body

    def __str__(self) -> str:
        return f"status {self.status}"


class ConfigurationError(H323dError):
    """
    A key, value, file or option that cannot be used.

    @ivar place: where it stands, as in C{"etc/h323d.toml: media.portFirst"}.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class ConfigurationFaults(ConfigurationError):
    """
    Several such errors at once; its text has a line for each.

    @ivar faults: the first is the place and the reason of the whole.
    """

    def __init__(self, faults: tuple[ConfigurationError, ...]) -> None:
        super().__init__(faults[0].place, faults[0].reason)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
