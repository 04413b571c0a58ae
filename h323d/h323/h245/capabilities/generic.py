"""
Sound that a C{GenericCapability} names: by an object identifier, and numbered parameters.

G.722.1 and G.722.2 define theirs in annexes of their own; those of MPEG-4 audio, AMR and iLBC are
in H.245, annexes H, I and S.  AMR so named is packed in whole octets, as all that speak it do.  A
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
    @ivar flags: the numbers of those whose value is a C{booleanArray}.
    @ivar fixed: the parameters of C{nonCollapsing}, where they tell it from others.
    @ivar level: the number of the one of them that bounds a decoder's work, and may say anything.
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
    flags: frozenset[int] = frozenset()
    fixed: Parameters = field(default_factory=dict)
    level: int | None = None

    @property
    def alternative(self) -> str:
        return "genericAudioCapability"

    @property
    def modeAlternative(self) -> str:
        return "genericAudioMode"

    def capability(self, frames: int, silence: bool) -> Choice:
        said = {self.frames: frames, **self.told}
        fields: Fields = {
            "capabilityIdentifier": ("standard", self.identifier),
            "maxBitRate": self.maxBitRate,
            "collapsing": self._written(said, "unsignedMin"),
        }
        if self.fixed:
            fields["nonCollapsing"] = self._written(self.fixed, "unsignedMax")
        return (self.alternative, fields)

    def _written(self, parameters: Parameters, numeric: str) -> list[Fields]:
        """
        @param numeric: the alternative of those that are numbers.
        """
        return [
            _parameter(
                number, parameters[number], "booleanArray" if number in self.flags else numeric
            )
            for number in sorted(parameters)
        ]

    def mode(self, packetMs: int) -> Choice:
        return (self.modeAlternative, self.capability(packetMs // self.frameMs, False)[1])

    def read(self, value: Choice) -> tuple[int, bool] | None:
        fields = value[1]
        if fields["capabilityIdentifier"] != ("standard", self.identifier):
            return None
        if self.isRate and _rateOf(fields) != self.maxBitRate:
            return None
        said = _parametersOf(fields, "collapsing")
        if said is None or fields.get("nonCollapsingRaw") or not self._isFixedIn(fields):
            return None
        frames = said.pop(self.frames, None) or 1
        says = {**self.assumed, **said}
        return (frames, False) if says == {**self.assumed, **self.told} else None

    def _isFixedIn(self, fields: Fields) -> bool:
        if not self.fixed:
            return True
        said = _parametersOf(fields, "nonCollapsing")
        if said is None or said.keys() != self.fixed.keys():
            return False
        return all(said[each] == self.fixed[each] for each in said if each != self.level)

    def isMode(self, mode: Choice) -> bool:
        return self.read(mode) is not None


def _parameter(number: int, value: int | None, alternative: str) -> Fields:
    told: Choice = ("logical", None) if value is None else (alternative, value)
    return {"parameterIdentifier": ("standard", number), "parameterValue": told}


def _rateOf(fields: Fields) -> int:
    rate: int = fields.get("maxBitRate", 0)
    return rate // 100 if rate >= _BITS_ITSELF else rate


def _parametersOf(fields: Fields, member: str) -> dict[int, int | None] | None:
    """
    @return: C{None} if there are any that we cannot read.
    """
    said: dict[int, int | None] = {}
    for each in fields.get(member, ()):
        (kind, number), (form, value) = each["parameterIdentifier"], each["parameterValue"]
        if kind != "standard":
            return None
        if form in _NUMBERS or form == "booleanArray":
            said[number] = value
        elif form == "logical":
            said[number] = None
        else:
            return None
    return said


def _g7221(rate: int, payloadType: int) -> Generic:
    form = MediaFormat("G7221", 16000, parameters=(("bitrate", str(rate)),))
    identifier = (0, 0, 7, 7221, 1, 0)
    name = f"G.722.1 {rate}"
    return Generic(name, form, 20, payloadType, identifier, rate // 100, 1, isRate=True)


_ALL_RATES = {2: 0x70}  # 24, 32 and 48 kbit/s: of which maxBitRate is the highest


def _g7221c(rate: int, payloadType: int) -> Generic:
    form = MediaFormat("G7221", 32000, parameters=(("bitrate", str(rate)),))
    return Generic(
        f"G.722.1 C {rate}",
        form,
        20,
        payloadType,
        (0, 0, 7, 7221, 1, 1, 0),
        rate // 100,
        1,
        _ALL_RATES,
        isRate=True,
        assumed=_ALL_RATES,
        flags=frozenset(_ALL_RATES),
    )


_LOW_DELAY = {0: 24, 1: None, 3: 23}  # profileAndLevel, formatType (LATM), audioObjectType


def _aacLD(rate: int, payloadType: int) -> Generic:
    said = {"bitrate": str(rate), "object": "23", "profile-level-id": "24"}
    form = MediaFormat("MP4A-LATM", 90000, parameters=tuple(said.items()))
    return Generic(
        f"AAC-LD {rate}",
        form,
        10,
        payloadType,
        (0, 0, 8, 245, 1, 1, 0),
        rate // 100,
        2,
        isRate=True,
        assumed={5: 1},  # maxAudioObjects
        fixed=_LOW_DELAY,
        level=0,
    )


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
    _g7221c(48000, 114),
    _g7221c(32000, 115),
    _g7221c(24000, 116),
    _aacLD(64000, 117),
    _aacLD(56000, 118),
    _aacLD(48000, 119),
)
"""
Of G.722.1, annexes A and C; G.722.2, annex F; H.245, annexes H, I and S.
"""
