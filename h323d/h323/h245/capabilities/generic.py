"""
Sound that a C{GenericCapability} names: by an object identifier, and numbered parameters.

G.722.1 and G.722.2 define theirs in annexes of their own; those of iLBC and AMR are in H.245,
annexes S and I.  AMR so named is packed in whole octets, as all that speak it do.  A
capability that says more than we can tell in a format's parameters is none: what it means by that
might be other octets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from h323d.h323.h245.capabilities.codings import Coding
from h323d.h323.h245.messages import Choice, Fields
from h323d.values.media.formats import MediaFormat

__all__ = ["GENERIC_WORDS", "Generic"]

_NUMBERS = frozenset({"unsignedMin", "unsignedMax", "unsigned32Min", "unsigned32Max"})
_BITS_ITSELF = 2400  # a rate of so much is told in bit/s, as some do, and not in hundreds of them

Parameters = Mapping[int, int | None]
"""
By number; C{None} for what is said by being there (C{logical}).
"""


@dataclass(frozen=True, slots=True)
class Generic:
    """
    How a C{GenericCapability} names a format.

    @ivar payloadType: dynamic: ours, where we name it.
    @ivar identifier: C{capabilityIdentifier}, C{standard}.
    @ivar maxBitRate: in hundreds of bit/s.
    @ivar frames: the number of the parameter that counts the frames of a packet.
    @ivar told: the other parameters that are always there.
    @ivar isRate: whether C{maxBitRate} tells it from others of the same identifier.
    @ivar assumed: the parameters that may be there, and mean nothing else than without them.
    """

    name: str
    format: MediaFormat
    frameMs: int
    payloadType: int
    identifier: tuple[int, ...]
    maxBitRate: int
    frames: int
    told: Parameters = field(default_factory=dict)
    isRate: bool = False
    assumed: Parameters = field(default_factory=dict)

    @property
    def alternative(self) -> str:
        return "genericAudioCapability"

    @property
    def modeAlternative(self) -> str:
        return "genericAudioMode"

    def capability(self, frames: int, silence: bool) -> Choice:
        said = {self.frames: frames, **self.told}
        fields = {
            "capabilityIdentifier": ("standard", self.identifier),
            "maxBitRate": self.maxBitRate,
            "collapsing": [_parameter(number, said[number]) for number in sorted(said)],
        }
        return (self.alternative, fields)

    def mode(self, packetMs: int) -> Choice:
        return (self.modeAlternative, self.capability(packetMs // self.frameMs, False)[1])

    def read(self, value: Choice) -> tuple[int, bool] | None:
        fields = value[1]
        if fields["capabilityIdentifier"] != ("standard", self.identifier):
            return None
        if self.isRate and _rateOf(fields) != self.maxBitRate:
            return None
        said = _parametersOf(fields)
        frames = None if said is None else said.pop(self.frames, None) or 1
        if said is None or frames is None:
            return None
        says = {**self.assumed, **said}
        return (frames, False) if says == {**self.assumed, **self.told} else None

    def isMode(self, mode: Choice) -> bool:
        return self.read(mode) is not None


def _parameter(number: int, value: int | None) -> Fields:
    told: Choice = ("logical", None) if value is None else ("unsignedMin", value)
    return {"parameterIdentifier": ("standard", number), "parameterValue": told}


def _rateOf(fields: Fields) -> int:
    rate: int = fields.get("maxBitRate", 0)
    return rate // 100 if rate >= _BITS_ITSELF else rate


def _parametersOf(fields: Fields) -> dict[int, int | None] | None:
    """
    @return: C{None} if there are any that we cannot read.
    """
    said: dict[int, int | None] = {}
    for each in fields.get("collapsing", ()):
        (kind, number), (form, value) = each["parameterIdentifier"], each["parameterValue"]
        if kind != "standard":
            return None
        if form in _NUMBERS or form == "booleanArray":
            said[number] = value
        elif form == "logical":
            said[number] = None
        else:
            return None
    return None if fields.get("nonCollapsingRaw") else said


def _g7221(rate: int, payloadType: int) -> Generic:
    form = MediaFormat("G7221", 16000, parameters=(("bitrate", str(rate)),))
    identifier = (0, 0, 7, 7221, 1, 0)
    name = f"G.722.1 {rate}"
    return Generic(name, form, 20, payloadType, identifier, rate // 100, 1, isRate=True)


def _ilbc(mode: int, bitRate: int, payloadType: int) -> Generic:
    form = MediaFormat("iLBC", parameters=(("mode", str(mode)),))
    identifier = (0, 0, 8, 245, 1, 1, 11)
    return Generic(f"iLBC {mode}", form, mode, payloadType, identifier, bitRate, 0, {1: mode})


_COMFORT_NOISE = {2: None}  # gsmAmrComfortNoise: silence descriptors, that we take and do not send


def _amr(payloadType: int) -> Generic:
    form = MediaFormat("AMR", parameters=(("octet-align", "1"),))
    noise = _COMFORT_NOISE
    identifier = (0, 0, 8, 245, 1, 1, 1)
    return Generic(
        *("AMR", form, 20, payloadType, identifier, 122, 0, noise), isRate=True, assumed=noise
    )


_ALL_MODES = {3: 0x1FF}  # the nine of AMR-WB


def _g7222(parameters: dict[str, str], payloadType: int, told: Parameters) -> Generic:
    form = MediaFormat("AMR-WB", 16000, parameters=tuple(parameters.items()))
    identifier = (0, 0, 7, 7222, 1, 0)
    name = f"G.722.2 {' '.join(parameters)}".strip()
    return Generic(name, form, 20, payloadType, identifier, 238, 0, told, assumed=_ALL_MODES)


GENERIC_WORDS: tuple[Coding, ...] = (
    _g7221(32000, 102),
    _g7221(24000, 103),
    _g7222({"octet-align": "1"}, 104, {2: None}),
    _g7222({}, 105, {}),
    _ilbc(30, 134, 106),
    _ilbc(20, 152, 107),
    _amr(113),
)
"""
Of G.722.1, annex A; G.722.2, annex F; H.245, annexes S and I.
"""
