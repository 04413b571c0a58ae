"""
What there is for a call, how much of it is in use, and who would give theirs.
"""

from __future__ import annotations

from dataclasses import replace

from h323d.call.applications import CallType, Purpose
from h323d.guard.config import GuardConfig
from h323d.guard.gates.capacity import lacking
from h323d.guard.gates.inputs import GateInput, Stock
from h323d.guard.gates.kind import kindOf
from h323d.guard.holdings import Holding, Holdings
from h323d.guard.ledger import Call
from h323d.guard.precedence import Precedence
from h323d.guard.registry.guardian import DEFAULT_QUOTA, Guardian

__all__ = ["Stocktaking"]


class Stocktaking:
    """
    Looks into the books.

    @ivar config: the limits.
    """

    def __init__(self, config: GuardConfig, holdings: Holdings, precedence: Precedence) -> None:
        self.config = config
        self._holdings = holdings
        self._precedence = precedence

    def stocked(
        self, asked: GateInput, call: Call, guardian: Guardian | None, isSIP: bool
    ) -> GateInput:
        """
        What is asked, with what there is.

        @param guardian: who asks; C{None} for nobody, for whom there is nothing.
        @param isSIP: whether by SIP.
        """
        if guardian is None:
            return asked
        stocked = replace(asked, stock=self._stockFor(asked, call, guardian, isSIP))
        yielding = self.yieldingTo(stocked, call)
        if yielding is None:
            return stocked
        bandwidth = self._holdings.bandwidthOf(yielding)
        return replace(stocked, stock=replace(stocked.stock, yielding=bandwidth))

    def _stockFor(self, asked: GateInput, call: Call, guardian: Guardian, isSIP: bool) -> Stock:
        ledger = self._holdings.ledger
        before = ledger.of(call)
        own = 0 if before is None else before.bandwidth
        quota = guardian.quota or (self.config.sipCaller if isSIP else DEFAULT_QUOTA)
        if kindOf(asked) is CallType.EMERGENCY:
            quota = max(quota, self.config.emergency)
        return Stock(
            held=ledger.held(guardian.terminalId) - own,
            quota=quota,
            pooled=ledger.pooled - own,
            pool=self.config.pool,
        )

    def yieldingTo(self, asked: GateInput, call: Call) -> Holding | None:
        """
        Who gives their bandwidth for what there is not enough for; C{None} for nobody.
        """
        isCall = asked.door.purpose is Purpose.CALL
        if not isCall or kindOf(asked) is not CallType.EMERGENCY:
            return None
        short = lacking(asked)
        return self._precedence.yieldingBandwidth(call, short) if short else None
