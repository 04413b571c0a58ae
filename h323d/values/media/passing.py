"""
Whether sound that one party sends can be passed to another as it is.

The same octets (L{MediaFormat.sameOctets}) are not enough: one who encodes for somebody does what
they ask for, but what is passed on was encoded for us, and a parameter may say that some of it is
not taken.
"""

from __future__ import annotations

from collections.abc import Container

from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium

__all__ = ["CLOCK_RATES", "isPassable", "mayPass"]

# What speaks of other packets, or of other payload types, which are not the same on both sides;
# and what goes beside sound, and is ours to tell.
_BOUND = frozenset(
    {
        *("red", "rtx", "parityfec", "ulpfec", "flexfec", "1d-interleaved-parityfec"),
        *("x-ulpfecuc", "telephone-event", "tone", "cn"),
    }
)
CLOCK_RATES = (8000, 16000, 32000, 48000, 90000)
"""
Hz, of the clocks of which a millisecond is whole units: MPEG-4 audio goes by that of pictures.
"""
_MOST_SAID = 512  # characters of parameters, as they are said again to somebody else

# Without the parameter there are silence descriptors (RFC 4856, 2.1.9 and 2.1.12).
_DESCRIPTORS = {"g729": "annexb", "g723": "annexa"}
# What one says of oneself alone, and not of what one takes (RFC 4867, 8.2).
_OWN = frozenset({"mode-change-capability", "max-red"})
_OF_THEMSELVES = frozenset({"amr", "amr-wb"})
_LIMIT = "maxaveragebitrate"
_TAKES_ALL = frozenset({"opus", "silk"})


def isPassable(mediaFormat: MediaFormat) -> bool:
    """
    Whether sound may be passed of which nothing is known but its name and parameters.
    """
    name, said = mediaFormat.name.lower(), mediaFormat.parameters
    return (
        mediaFormat.kind is Medium.AUDIO
        and name not in _BOUND
        and mediaFormat.clockRate in CLOCK_RATES
        and len(name) + sum(len(one) + len(other) for one, other in said) <= _MOST_SAID
    )


def mayPass(sent: MediaFormat, wanted: MediaFormat) -> bool:
    """
    @param sent: what may come of the one party.
    @param wanted: what the other one takes.
    """
    if not sent.sameOctets(wanted):
        return False
    name = sent.name.lower()
    if name in _TAKES_ALL:  # whatever else a decoder would rather have (RFC 7587, 6.1)
        return _valueOf(wanted, _LIMIT, "") in ("", _valueOf(sent, _LIMIT, ""))
    descriptors = _DESCRIPTORS.get(name)
    if descriptors is not None and _valueOf(wanted, descriptors, "yes") == "no":
        return _valueOf(sent, descriptors, "yes") == "no"
    meant = _OWN if name in _OF_THEMSELVES else frozenset({descriptors})
    return _besides(meant, sent) == _besides(meant, wanted)


def _valueOf(form: MediaFormat, parameter: str, default: str) -> str:
    return dict(form.parameters).get(parameter, default).lower()


def _besides(names: Container[str | None], form: MediaFormat) -> dict[str, str]:
    """
    What a format's parameters say, but for some of them.
    """
    return {name: value for name, value in form.inFull.items() if name not in names}
