"""
Mends pycrate 0.8.1's aligned-PER encoder, by being imported.

It encodes the additions of a SEQUENCE before their bitmap, at the bit offset where
the bitmap begins, so that octets inside are aligned to the wrong place, and a stray
zero octet can appear.  Here the additions are encoded from offset 0, as open types
are, and what they took is added to the offset behind the bitmap.
"""

from __future__ import annotations

import inspect
import textwrap
from typing import Any

import pycrate_asn1rt.asnobj_construct as construct

_CHANGES = [
    (
        "        _gen_ext, Bm, cnt = [], [], 1\n",
        "        _gen_ext, Bm, cnt = [], [], 1\n"
        "        _before = ASN1CodecPER._off[-1]\n"
        "        ASN1CodecPER._off[-1] = 0\n",
    ),
    (
        "        if not Bm:\n",
        "        _taken = ASN1CodecPER._off[-1]; ASN1CodecPER._off[-1] = _before\n"
        "        if not Bm:\n",
    ),
    (
        "        GEN.extend(_gen_ext)\n",
        "        GEN.extend(_gen_ext)\n        ASN1CodecPER._off[-1] += _taken\n",
    ),
]


def _mend() -> None:
    owner: Any = next(kind for kind in construct.SEQ.__mro__ if "_to_per" in vars(kind))
    text = textwrap.dedent(inspect.getsource(owner._to_per))
    for old, new in _CHANGES:
        if text.count(old) != 1:
            raise RuntimeError("this is not the pycrate that is known to need mending")
        text = text.replace(old, new)
    names: dict[str, Any] = {}
    exec(compile(text, "mended pycrate", "exec"), vars(construct), names)
    owner._to_per = names["_to_per"]


_mend()
