"""
Whether sound that one party sends can be passed to another as it is.

Two names of one encoding are not enough: a parameter may say that the octets are others, or that
some of them are not taken.
"""

from __future__ import annotations

from h323d.values.media.formats import MediaFormat

__all__ = ["mayPass"]

# Without the parameter there are silence descriptors (RFC 4856, 2.1.9 and 2.1.12).
_DESCRIPTORS = {"g729": "annexb", "g723": "annexa"}
_DEFAULTS = {"ilbc": {"mode": "30"}, "amr": {"octet-align": "0"}, "amr-wb": {"octet-align": "0"}}
_LIMIT = "maxaveragebitrate"


def mayPass(sent: MediaFormat, wanted: MediaFormat) -> bool:
    """
    @param sent: what may come of the one party.
    @param wanted: what the other one takes.
    """
    if not sent.sameEncoding(wanted):
        return False
    name = sent.name.lower()
    if name == "opus":  # whatever else a decoder would rather have, it takes all (RFC 7587, 6.1)
        return _valueOf(wanted, _LIMIT, "") in ("", _valueOf(sent, _LIMIT, ""))
    descriptors = _DESCRIPTORS.get(name)
    if descriptors is not None and _valueOf(wanted, descriptors, "yes") == "no":
        return _valueOf(sent, descriptors, "yes") == "no"
    return _octets(sent) == _octets(wanted)


def _valueOf(form: MediaFormat, parameter: str, default: str) -> str:
    return dict(form.parameters).get(parameter, default).lower()


def _octets(form: MediaFormat) -> dict[str, str]:
    """
    What a format's parameters say about its octets.
    """
    name = form.name.lower()
    said = {**_DEFAULTS.get(name, {}), **dict(form.parameters)}
    said.pop(_DESCRIPTORS.get(name, ""), None)
    return said
