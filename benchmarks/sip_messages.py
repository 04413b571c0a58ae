"""
What SIP messages cost: reading, writing, and negotiating one call's worth of them.

Run from the repository's root::

    python -m benchmarks.sip_messages

The signalling of a call is five messages - INVITE, 200, ACK, BYE, 200 - of which each side
reads some and writes the others; C{call} is what one side spends on all of it: three read, two
written, one offer read and answered.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

from h323d.sip.messages.framing import StreamReader
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.writer import write
from h323d.sip.sdp import description as sdp
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import answerOffer
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.sip_messages import INVITE, OFFER, OK

PROFILE = MediaProfile.audio((MediaFormat("G722"), G711_ULAW, G711_ALAW))
LOCAL = LocalMedia(
    "192.0.2.1", 4711, {Medium.AUDIO: LocalPort(TransportAddress("192.0.2.1", 20000))}
)
ROUNDS = 2000
REPEATS = 5

ACK = INVITE.replace(b"INVITE", b"ACK").replace(OFFER, b"").replace(b"h: %d" % len(OFFER), b"h: 0")
BYE = ACK.replace(b"ACK sip", b"BYE sip").replace(b" ACK", b" BYE")


def call() -> None:
    """
    The called side of a whole call.
    """
    invite = parse(INVITE)
    assert isinstance(invite, SIPRequest)
    agreement = answerOffer(sdp.parse(invite.body), PROFILE, LOCAL)
    answer = invite.response(200, toTag="314159")
    headers = answer.headers.adding("Contact", "<sip:8000@192.0.2.1>").adding(
        "Content-Type", "application/sdp"
    )
    write(type(answer)(200, "OK", headers, sdp.write(agreement.local)))
    parse(ACK)
    bye = parse(BYE)
    assert isinstance(bye, SIPRequest)
    write(bye.response(200))


def measure(name: str, action: Callable[[], object]) -> None:
    best = min(timeit.repeat(action, number=ROUNDS, repeat=REPEATS)) / ROUNDS
    print(f"{name:<28}{best * 1e6:8.1f} us")


def main() -> None:
    invite, ok, description = parse(INVITE), parse(OK), sdp.parse(OFFER)
    agreement = answerOffer(description, PROFILE, LOCAL)
    measure("parse INVITE", lambda: parse(INVITE))
    measure("parse 200", lambda: parse(OK))
    measure("parse INVITE from a stream", lambda: StreamReader().feed(INVITE))
    measure("write INVITE", lambda: write(invite))
    measure("write 200", lambda: write(ok))
    measure("parse SDP", lambda: sdp.parse(OFFER))
    measure("answer an offer", lambda: answerOffer(description, PROFILE, LOCAL))
    measure("write SDP", lambda: sdp.write(agreement.local))
    measure("call, called side", call)


if __name__ == "__main__":
    main()
