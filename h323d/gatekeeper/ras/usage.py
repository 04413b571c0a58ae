"""
When a call was answered, of which in the direct model only its endpoints can tell
(C{RasUsageInformation}; H.225.0, 7.6, since version 4).

Those that can tell are asked with the ACF, and tell in BRQ, DRQ and IRR.  Their
clocks are their own; what they tell is brought into what is possible by ours.
"""

from __future__ import annotations

from h323d.h323.ras.messages import Fields

__all__ = ["USAGE_WANTED", "answeredIn", "tellsUsage"]

SINCE_VERSION = 4  # of H.225.0

USAGE_WANTED: Fields = {
    "usageSpec": [
        {
            "when": {"end": None, "inIrr": None},
            "callStartingPoint": {"connect": None},
            "required": {"nonStandardUsageTypes": [], "startTime": None, "endTime": None},
        }
    ]
}
"""What an ACF has in addition."""


def tellsUsage(version: int, fields: Fields) -> bool:
    """
    Whether an endpoint can tell when its calls were answered.

    @param version: of H.225.0, that it speaks.
    @param fields: of its RRQ.
    """
    return version >= SINCE_VERSION and "startTime" in fields.get("usageReportingCapability", ())


def answeredIn(fields: Fields, since: float, now: float) -> float | None:
    """
    When a call was answered, in seconds of our clock.

    With the end of the call told too, it is the time between both that counts, and the
    message is taken to be sent at the end: that is right by whatever clock.

    @param fields: what has C{usageInformation}: BRQ, DRQ, or a C{perCallInfo} of an IRR.
    @param since: when the call was admitted.

    @return: not before C{since}, and not after C{now}; C{None} if it is not told, or if
        the call is told to have ended before it was answered.
    """
    told: Fields = fields.get("usageInformation", {})
    connected, ended = told.get("connectTime"), told.get("endTime")
    if connected is None:
        return None
    answered = float(connected)
    if ended is not None:
        if ended < connected:
            return None
        answered = now - (ended - connected)
    return min(max(answered, since), now)
