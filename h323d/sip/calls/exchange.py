"""
Whose offer is on the table: RFC 3264, RFC 3261, 14, RFC 3311 and RFC 6337.

After a session is established, either side may offer anew, by re-INVITE or
UPDATE, but never two at a time.  This machine says when we may offer, what to
answer when both do (491, and try again a little later), and keeps a change
that has to wait.  It does not know what is offered, and sends nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.transactions.running import ServerTransaction
from h323d.tracing import indexed

__all__ = ["MACHINE", "Exchange", "ExchangeOwner", "newExchange"]


class ExchangeOwner(Protocol):
    """
    What an L{Exchange} needs of the leg that owns it.
    """

    def sendOffer(self) -> None:
        """Send a re-INVITE or an UPDATE with our offer."""

    def repeatOffer(self) -> None:
        """Send a re-INVITE with what is agreed already."""

    def answerOffer(self, transaction: ServerTransaction) -> None:
        """Answer a re-INVITE or UPDATE; tell the machine if an ACK follows."""

    def offerAnswered(self, message: SIPRequest | SIPResponse) -> None:
        """The answer to our offer came, in a response or an ACK."""

    def refusePending(self, transaction: ServerTransaction) -> None:
        """Answer with 491: our own offer is on the table."""

    def refuseEarly(self, transaction: ServerTransaction) -> None:
        """Answer with 500: the offer of the INVITE is on the table."""


class Exchange(Protocol):
    """
    The inputs of the machine.
    """

    def begin(self) -> None:
        """Our INVITE was accepted, and acknowledged."""

    def agree(self) -> None:
        """The offer of the INVITE is answered before it is accepted, and the answer has come."""

    def accepted(self) -> None:
        """We sent a 2xx with an answer; an ACK must come."""

    def offered(self) -> None:
        """We sent a 2xx with an offer; an ACK with the answer must come."""

    def ack(self, message: SIPRequest) -> None:
        """The ACK came."""

    def change(self) -> None:
        """The user wants other media."""

    def refresh(self) -> None:
        """The session is to be refreshed, and nothing to change."""

    def requested(self, transaction: ServerTransaction) -> None:
        """A re-INVITE, or an UPDATE with an offer, arrived."""

    def succeeded(self, message: SIPResponse) -> None:
        """Our offer was answered."""

    def refused(self) -> None:
        """Our offer was refused; all stays as it was (14.1)."""

    def glare(self) -> None:
        """Our offer was answered with 491."""

    def retry(self) -> None:
        """The pause after a 491 is over."""

    def stop(self) -> None:
        """The session is over."""


@dataclass
class _Core:
    owner: ExchangeOwner
    rng: random.Random
    ownsCallId: bool
    timer: Timer
    wanted: bool = False

    def pause(self) -> float:
        """
        Seconds until the next try, in steps of 10 ms (14.1): the owner of the
        Call-ID waits longer, so that the two do not clash for ever.
        """
        if self.ownsCallId:
            return self.rng.randint(210, 400) / 100
        return self.rng.randint(0, 200) / 100

    def settle(self, machine: Exchange) -> None:
        if self.wanted:
            self.wanted = False
            machine.change()


builder = TypeMachineBuilder(Exchange, _Core)

idle = builder.state("idle")
early = builder.state("early")
earlyOffering = builder.state("earlyOffering")
unacknowledged = builder.state("unacknowledged")
awaitingAnswer = builder.state("awaitingAnswer")
stable = builder.state("stable")
offering = builder.state("offering")
waiting = builder.state("waiting")
refreshing = builder.state("refreshing")
stopped = builder.state("stopped")


@idle.upon(Exchange.begin).to(stable)
@early.upon(Exchange.begin).to(stable)
@offering.upon(Exchange.refused).to(stable)
@refreshing.upon(Exchange.refused).to(stable)
@refreshing.upon(Exchange.glare).to(stable)  # and who offers now refreshes the session too
def settle(machine: Exchange, core: _Core) -> None:
    core.settle(machine)


@unacknowledged.upon(Exchange.ack).to(stable)
def acknowledged(machine: Exchange, core: _Core, message: SIPRequest) -> None:
    core.settle(machine)


@awaitingAnswer.upon(Exchange.ack).to(stable)
def answeredInAck(machine: Exchange, core: _Core, message: SIPRequest) -> None:
    core.owner.offerAnswered(message)
    core.settle(machine)


@offering.upon(Exchange.succeeded).to(stable)
@refreshing.upon(Exchange.succeeded).to(stable)
def answered(machine: Exchange, core: _Core, message: SIPResponse) -> None:
    core.owner.offerAnswered(message)
    core.settle(machine)


idle.upon(Exchange.agree).to(early).returns(None)
earlyOffering.upon(Exchange.begin).to(offering).returns(None)
earlyOffering.upon(Exchange.accepted).to(offering).returns(None)
early.upon(Exchange.accepted).to(unacknowledged).returns(None)
idle.upon(Exchange.accepted).to(unacknowledged).returns(None)
idle.upon(Exchange.offered).to(awaitingAnswer).returns(None)
stable.upon(Exchange.accepted).to(unacknowledged).returns(None)
stable.upon(Exchange.offered).to(awaitingAnswer).returns(None)
unacknowledged.upon(Exchange.accepted).loop().returns(None)
unacknowledged.upon(Exchange.offered).to(awaitingAnswer).returns(None)


@waiting.upon(Exchange.accepted).to(unacknowledged)
@waiting.upon(Exchange.offered).to(awaitingAnswer)
def waitForAck(machine: Exchange, core: _Core) -> None:
    core.timer.stop()
    core.wanted = True


@early.upon(Exchange.change).to(earlyOffering)
@stable.upon(Exchange.change).to(offering)
def offer(machine: Exchange, core: _Core) -> None:
    core.owner.sendOffer()


@stable.upon(Exchange.refresh).to(refreshing)
def refresh(machine: Exchange, core: _Core) -> None:
    core.owner.repeatOffer()


@waiting.upon(Exchange.retry).to(offering)
def offerAgain(machine: Exchange, core: _Core) -> None:
    core.timer.stop()
    core.owner.sendOffer()


@earlyOffering.upon(Exchange.succeeded).to(early)
def answeredEarly(machine: Exchange, core: _Core, message: SIPResponse) -> None:
    core.owner.offerAnswered(message)


@earlyOffering.upon(Exchange.refused).to(early)
@earlyOffering.upon(Exchange.glare).to(early)
@idle.upon(Exchange.change).loop()
@earlyOffering.upon(Exchange.change).loop()
@unacknowledged.upon(Exchange.change).loop()
@awaitingAnswer.upon(Exchange.change).loop()
@offering.upon(Exchange.change).loop()
@refreshing.upon(Exchange.change).loop()
def remember(machine: Exchange, core: _Core) -> None:
    core.wanted = True  # a change that failed before the answer is tried again after it


waiting.upon(Exchange.change).loop().returns(None)  # the retry offers what is wanted then


@offering.upon(Exchange.glare).to(waiting)
def pause(machine: Exchange, core: _Core) -> None:
    core.wanted = False
    core.timer.start(core.pause(), machine.retry)


@early.upon(Exchange.requested).loop()
@stable.upon(Exchange.requested).loop()
@unacknowledged.upon(Exchange.requested).loop()
@waiting.upon(Exchange.requested).loop()
def answer(machine: Exchange, core: _Core, transaction: ServerTransaction) -> None:
    core.owner.answerOffer(transaction)


@earlyOffering.upon(Exchange.requested).loop()
@offering.upon(Exchange.requested).loop()
@refreshing.upon(Exchange.requested).loop()
@awaitingAnswer.upon(Exchange.requested).loop()
def refusePending(machine: Exchange, core: _Core, transaction: ServerTransaction) -> None:
    core.owner.refusePending(transaction)


@idle.upon(Exchange.requested).loop()
def refuseEarly(machine: Exchange, core: _Core, transaction: ServerTransaction) -> None:
    core.owner.refuseEarly(transaction)


@idle.upon(Exchange.stop).to(stopped)
@early.upon(Exchange.stop).to(stopped)
@earlyOffering.upon(Exchange.stop).to(stopped)
@unacknowledged.upon(Exchange.stop).to(stopped)
@awaitingAnswer.upon(Exchange.stop).to(stopped)
@stable.upon(Exchange.stop).to(stopped)
@offering.upon(Exchange.stop).to(stopped)
@waiting.upon(Exchange.stop).to(stopped)
@refreshing.upon(Exchange.stop).to(stopped)
def stop(machine: Exchange, core: _Core) -> None:
    core.timer.stop()


# Said outright, so that a (state, input) pair nobody thought of fails a test.
_before = (idle, early, earlyOffering)
_later = (unacknowledged, awaitingAnswer, stable, offering, waiting, refreshing, stopped)
for _state in _later:
    _state.upon(Exchange.begin).loop().returns(None)
for _state in (early, earlyOffering, *_later):
    _state.upon(Exchange.agree).loop().returns(None)
for _state in (awaitingAnswer, offering, refreshing, stopped):
    _state.upon(Exchange.accepted).loop().returns(None)
for _state in (early, earlyOffering, awaitingAnswer, offering, refreshing, stopped):
    _state.upon(Exchange.offered).loop().returns(None)
for _state in (*_before, stable, offering, waiting, refreshing, stopped):
    _state.upon(Exchange.ack).loop().returns(None)
for _state in (*_before, unacknowledged, awaitingAnswer, offering, waiting, refreshing, stopped):
    _state.upon(Exchange.refresh).loop().returns(None)  # one that goes on does as well
for _state in (idle, early, unacknowledged, awaitingAnswer, stable, waiting, stopped):
    _state.upon(Exchange.succeeded).loop().returns(None)
    _state.upon(Exchange.refused).loop().returns(None)
    _state.upon(Exchange.glare).loop().returns(None)
for _state in (*_before, unacknowledged, awaitingAnswer, stable, offering, refreshing, stopped):
    _state.upon(Exchange.retry).loop().returns(None)
for _input in (Exchange.change, Exchange.requested, Exchange.stop):
    stopped.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newExchange(
    owner: ExchangeOwner, clock: IReactorTime, rng: random.Random, ownsCallId: bool
) -> Exchange:
    """
    @param owner: offers and answers.
    @param clock: runs the pause after a 491.
    @param rng: draws its length.
    @param ownsCallId: we made the Call-ID: we placed the call.
    """
    return MACHINE(_Core(owner, rng, ownsCallId, Timer(clock)))
