"""
pycrate as the oracle of aligned PER: patched, and brought to the editions we have.

pycrate's H225.py carries H.235 of 2009, and no edition that it has knows
C{language} in RCF and LCF or C{extendedAudioCapability}; the additions missing
are put in here, so that extension bitmaps are of the same length as ours.
"""

from __future__ import annotations

import copy
from typing import Any

from pycrate_asn1dir import H225, H235, H245

from tests.support import patch_pycrate  # noqa: F401  # works by being imported

_H225 = H225.H323_MESSAGES
_OLD = H225.H235_SECURITY_MESSAGES
MODULES = {
    "h225": _H225,
    "h245": H245.MULTIMEDIA_SYSTEM_CONTROL,
    "h235": H235.H235_SECURITY_MESSAGES,
}


def _add(kind: Any, name: str, part: Any) -> None:
    """
    Append an addition to a SEQUENCE or CHOICE.  All references to a type share its
    lists, so they learn of it, too.
    """
    if name in kind._cont:
        return
    part = copy.copy(part)
    part._parent = kind
    kind._cont[name] = part
    kind._ext.append(name)
    if kind.TYPE == "SEQUENCE":
        kind._ext_nest.append(name)


_add(_OLD.ClearToken, "dhkeyext", H235.H235_SECURITY_MESSAGES.ClearToken._cont["dhkeyext"])
_add(
    _OLD.H235Key,
    "secureChannelExt",
    H235.H235_SECURITY_MESSAGES.H235Key._cont["secureChannelExt"],
)
for _kind in (_H225.RegistrationConfirm, _H225.LocationConfirm):
    _add(_kind, "language", _H225.RegistrationRequest._cont["language"])


def encode(module: str, name: str, value: Any) -> bytes | None:
    """
    What pycrate makes of a value, in the form that pycrate takes.

    @param name: the Python name of the type.
    @return: C{None} where pycrate loses its way: it keeps the value in hand in the
        type, and a list within a list of the same type overwrites it.
    """
    kind = getattr(MODULES[module], name)
    kind.set_val(value)
    try:
        data: bytes = kind.to_aper()
    except IndexError:
        return None
    return data
