"""
A call that is decided, and then made.
"""

from __future__ import annotations

from h323d.call.dialling import Dial
from h323d.call.observer import SilentObserver
from h323d.call.ways import Way
from h323d.values.address import AddressKind, PartyAddress
from h323d.values.identifiers import CallID
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.fakeleg import FakeOriginator
from tests.support.fakemedia import FakePool

ANNA = (PartyAddress(AddressKind.DIALLED_DIGITS, "1000"),)
BERT = Way("sip", None, (PartyAddress(AddressKind.URL, "sip:bert@192.0.2.1"),))


def test_nobodyIsCalledBeforeItBegins() -> None:
    originator, observer = FakeOriginator("sip", FakePool()), SilentObserver()
    dial = Dial(originator, CallID("c1"), ANNA, BERT)
    assert originator.legs == []
    leg = dial.begin(MediaProfile.audio((G711_ULAW,)), observer)
    assert originator.legs == [leg]
    assert (leg.callId, leg.calling) == (CallID("c1"), ANNA)
    assert originator.legs[0].observer is observer
