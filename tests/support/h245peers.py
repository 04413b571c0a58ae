"""
H.245 sessions for tests: an owner that remembers, and a wire between two.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.capabilities.table import KINDS, RemoteCapabilities
from h323d.h323.h245.messages import Message, request, response
from h323d.h323.h245.owner import H245Failure
from h323d.h323.h245.parameters import MediaAddresses
from h323d.h323.h245.session import H245Session
from h323d.values.address import TransportAddress
from h323d.values.media.digits import DigitMethod
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import ReceiveFormat, TransmitFormat

PROFILE = MediaProfile.audio((G711_ULAW, G711_ALAW))


class RecordingOwner:
    """
    An L{H245Owner} that remembers what it is told.

    @ivar sent: the messages, after one trip through the codec.
    @ivar sends: what may be sent now.
    @ivar hears: what may be received now.
    @ivar told: the names of all reports, in order; of another medium than sound, with its name.
    """

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.sends: dict[Medium, TransmitFormat] = {}
        self.hears: dict[Medium, ReceiveFormat] = {}
        self.digits: list[tuple[str, int, DigitMethod]] = []
        self.capabilities: list[RemoteCapabilities] = []
        self.failures: list[H245Failure] = []
        self.roundTrips: list[float] = []
        self.told: list[str] = []

    def sendControl(self, message: Message) -> None:
        data = h245.encode("MultimediaSystemControlMessage", message)
        self.sent.append(h245.decode("MultimediaSystemControlMessage", data))

    @property
    def transmit(self) -> TransmitFormat | None:
        """
        The sound that may be sent now.
        """
        return self.sends.get(Medium.AUDIO)

    @property
    def receive(self) -> ReceiveFormat | None:
        """
        The sound that may be received now.
        """
        return self.hears.get(Medium.AUDIO)

    def h245TransmitReady(self, medium: Medium, transmit: TransmitFormat) -> None:
        self.sends[medium] = transmit
        self._tell("transmitReady", medium)

    def h245TransmitStopped(self, medium: Medium) -> None:
        self.sends.pop(medium, None)  # those of fast start are not reported
        self._tell("transmitStopped", medium)

    def h245ReceiveReady(self, medium: Medium, receive: ReceiveFormat) -> None:
        self.hears[medium] = receive
        self._tell("receiveReady", medium)

    def h245ReceiveStopped(self, medium: Medium) -> None:
        self.hears.pop(medium, None)
        self._tell("receiveStopped", medium)

    def _tell(self, name: str, medium: Medium) -> None:
        self.told.append(name if medium is Medium.AUDIO else f"{name} {medium.value}")

    def h245PictureWanted(self) -> None:
        self.told.append("picture")

    def h245Digit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        self.digits.append((digit, milliseconds, method))

    def h245RemoteCapabilities(self, capabilities: RemoteCapabilities) -> None:
        self.capabilities.append(capabilities)

    def h245Ended(self) -> None:
        self.told.append("ended")

    def h245Failed(self, failure: H245Failure) -> None:
        self.failures.append(failure)

    def h245RoundTrip(self, seconds: float) -> None:
        self.roundTrips.append(seconds)

    def names(self) -> list[str]:
        """
        The names of the messages sent, in order.
        """
        return [name for _, (name, _) in self.sent]

    def last(self, name: str) -> Any:
        """
        The content of the latest message of a name.
        """
        return next(fields for _, (n, fields) in reversed(self.sent) if n == name)


@dataclass(frozen=True)
class Places:
    """
    Where a session receives media: sound at ports 5000 and 5001, pictures at the next two.
    """

    host: str

    def addressesOf(self, medium: Medium) -> MediaAddresses:
        port = 5000 if medium is Medium.AUDIO else 5002
        return MediaAddresses(
            TransportAddress(self.host, port), TransportAddress(self.host, port + 1)
        )


def soundAt(rtp: TransportAddress, rtcp: TransportAddress) -> dict[Medium, MediaAddresses]:
    """
    Where fast start proposes to send sound to.
    """
    return {Medium.AUDIO: MediaAddresses(rtp, rtcp)}


class WiredOwner(RecordingOwner):
    """
    An owner whose messages travel, in order, to another session.
    """

    def __init__(self, clock: Clock, rng: random.Random | None, delay: float) -> None:
        super().__init__()
        self._clock = clock
        self._rng = rng
        self._delay = delay
        self._due = 0.0
        self.far: H245Session | None = None

    def sendControl(self, message: Message) -> None:
        super().sendControl(message)
        delay = self._delay if self._rng is None else self._rng.uniform(0, 2 * self._delay)
        self._due = max(self._due, self._clock.seconds() + delay)
        self._clock.callLater(self._due - self._clock.seconds(), self._deliver, self.sent[-1])

    def _deliver(self, message: Message) -> None:
        assert self.far is not None
        self.far.received(message)


class Pair:
    """
    Two sessions with a wire between them.
    """

    def __init__(
        self,
        clock: Clock,
        seed: int | None = None,
        delay: float = 0.01,
        profiles: tuple[MediaProfile, MediaProfile] = (PROFILE, PROFILE),
        terminalTypes: tuple[int, int] = (50, 180),
        kinds: tuple[Kind, ...] = KINDS,
    ) -> None:
        rng = None if seed is None else random.Random(seed)
        self.clock = clock
        self.owners = (WiredOwner(clock, rng, delay), WiredOwner(clock, rng, delay))
        self.sessions = tuple(
            newSession(owner, clock, profile, 1 + index, terminalType, seed or 0, kinds)
            for index, (owner, profile, terminalType) in enumerate(
                zip(self.owners, profiles, terminalTypes, strict=True)
            )
        )
        self.owners[0].far, self.owners[1].far = self.sessions[1], self.sessions[0]

    def start(self) -> None:
        for session in self.sessions:
            session.start()

    def run(self, seconds: float, step: float = 0.01) -> None:
        """
        Let virtual time pass.
        """
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end - step / 2:
            self.clock.advance(step)

    def stop(self) -> None:
        for session in self.sessions:
            session.stop()


def newSession(
    owner: RecordingOwner,
    clock: Clock,
    profile: MediaProfile = PROFILE,
    host: int = 1,
    terminalType: int = 60,
    seed: int = 0,
    kinds: tuple[Kind, ...] = KINDS,
    judge: ChannelJudge | None = None,
) -> H245Session:
    """
    @param host: the last number of the session's media address.
    @param judge: says how much the channels may need.
    """
    return H245Session(
        owner,
        clock,
        random.Random(seed * 1000 + host),
        terminalType,
        profile,
        Places(f"192.0.2.{host}"),
        kinds,
        judge,
    )


def alone(
    profile: MediaProfile = PROFILE, judge: ChannelJudge | None = None
) -> tuple[Clock, RecordingOwner, H245Session]:
    """
    A started session whose peer has told its capabilities and lost the determination.
    """
    clock, owner = Clock(), RecordingOwner()
    session = newSession(owner, clock, profile, judge=judge)
    session.start()
    far = RecordingOwner()
    farSession = newSession(far, clock, PROFILE, 2)
    farSession.start()
    farSession.stop()
    session.received(far.sent[0])
    session.received(response("terminalCapabilitySetAck", {"sequenceNumber": 1}))
    session.received(response("masterSlaveDeterminationAck", {"decision": ("master", None)}))
    return clock, owner, session


def mediaChannel(host: str, port: int) -> Message:
    packed = TransportAddress(host, port).packed
    return ("unicastAddress", ("iPAddress", {"network": packed, "tsapIdentifier": port}))


def acknowledge(number: int, **media: object) -> Message:
    parameters = ("h2250LogicalChannelAckParameters", {"flowControlToZero": False, **media})
    return response(
        "openLogicalChannelAck",
        {"forwardLogicalChannelNumber": number, "forwardMultiplexAckParameters": parameters},
    )


def openChannel(
    dataType: tuple[str, object], number: int = 7, sessionID: int = 1, **media: object
) -> Message:
    parameters = ("h2250LogicalChannelParameters", {"sessionID": sessionID, **media})
    return request(
        "openLogicalChannel",
        {
            "forwardLogicalChannelNumber": number,
            "forwardLogicalChannelParameters": {
                "dataType": dataType,
                "multiplexParameters": parameters,
            },
        },
    )


def joined(**options: object) -> Pair:
    """
    Two sessions that have opened their channels.
    """
    pair = Pair(Clock(), **options)  # type: ignore[arg-type]  # passed through
    pair.start()
    pair.run(1)
    return pair


def flowing(pair: Pair) -> list[tuple[str | None, str | None]]:
    """
    What each end sends and receives, by name.
    """
    return [
        (
            owner.transmit.format.name if owner.transmit else None,
            next(iter(owner.receive.formats.values())).name if owner.receive else None,
        )
        for owner in pair.owners
    ]
