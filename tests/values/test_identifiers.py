"""
Identifiers of ours.
"""

from __future__ import annotations

import random
import re

from h323d.values.identifiers import newCallID, newGUID, newLegID


def test_identifiersComeFromTheRandomSource() -> None:
    for new in (newCallID, newLegID, newGUID):
        assert new(random.Random(1)) == new(random.Random(1)) != new(random.Random(2))


def test_ofOursOneSeesWhatTheyName() -> None:
    assert re.fullmatch("c[0-9a-f]{12}", newCallID(random.Random(1)))
    assert re.fullmatch("l[0-9a-f]{12}", newLegID(random.Random(1)))


def test_aGUIDIsOfTheRandomKind() -> None:
    for seed in range(20):
        guid = newGUID(random.Random(seed))
        assert (len(guid), guid[6] >> 4, guid[8] >> 6) == (16, 4, 2)  # RFC 9562, 5.4
