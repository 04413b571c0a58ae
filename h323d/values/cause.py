"""
Why a call was refused or ended: the cause values of ITU-T Q.850.

They are the neutral vocabulary between SIP and H.323: a leg translates its
protocol's own answer to a L{Cause} and back.  This module does not know those
answers; the tables stand in C{h323} and C{sip}.
"""

from __future__ import annotations

import enum

__all__ = ["Cause"]


class Cause(enum.IntEnum):
    """
    Q.850 cause values, by the names of table 1.
    """

    UNALLOCATED_NUMBER = 1
    NO_ROUTE_TO_TRANSIT_NETWORK = 2
    NO_ROUTE_TO_DESTINATION = 3
    PREEMPTION = 8
    NORMAL_CALL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER_FROM_USER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    REDIRECTION_TO_NEW_DESTINATION = 23
    EXCHANGE_ROUTING_ERROR = 25
    NON_SELECTED_USER_CLEARING = 26
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER_FORMAT = 28
    FACILITY_REJECTED = 29
    RESPONSE_TO_STATUS_ENQUIRY = 30
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT_AVAILABLE = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    SWITCHING_EQUIPMENT_CONGESTION = 42
    REQUESTED_CIRCUIT_NOT_AVAILABLE = 44
    RESOURCE_UNAVAILABLE = 47
    FACILITY_NOT_SUBSCRIBED = 50
    INCOMING_CALLS_BARRED_WITHIN_CUG = 55
    BEARER_CAPABILITY_NOT_AUTHORIZED = 57
    BEARER_CAPABILITY_NOT_AVAILABLE = 58
    SERVICE_NOT_AVAILABLE = 63
    BEARER_CAPABILITY_NOT_IMPLEMENTED = 65
    FACILITY_NOT_IMPLEMENTED = 69
    RESTRICTED_DIGITAL_ONLY = 70
    SERVICE_NOT_IMPLEMENTED = 79
    INVALID_CALL_REFERENCE = 81
    USER_NOT_MEMBER_OF_CUG = 87
    INCOMPATIBLE_DESTINATION = 88
    INVALID_MESSAGE = 95
    MANDATORY_IE_MISSING = 96
    MESSAGE_TYPE_NON_EXISTENT = 97
    MESSAGE_NOT_COMPATIBLE_WITH_STATE = 98
    IE_NON_EXISTENT = 99
    INVALID_IE_CONTENTS = 100
    MESSAGE_IN_WRONG_STATE = 101
    RECOVERY_ON_TIMER_EXPIRY = 102
    PROTOCOL_ERROR = 111
    INTERWORKING = 127

    @classmethod
    def fromWire(cls, value: int) -> Cause:
        """
        The cause for a number that a peer sent; a number without a name here
        counts as the class it belongs to (Q.850, 2.2.5), so that no peer can
        make us fail by inventing one.
        """
        try:
            return cls(value)
        except ValueError:
            return _UNNAMED_OF_CLASS.get((value >> 4) & 0x7, cls.NORMAL_UNSPECIFIED)


_UNNAMED_OF_CLASS = {
    2: Cause.RESOURCE_UNAVAILABLE,
    3: Cause.SERVICE_NOT_AVAILABLE,
    4: Cause.SERVICE_NOT_IMPLEMENTED,
    5: Cause.INVALID_MESSAGE,
    6: Cause.PROTOCOL_ERROR,
    7: Cause.INTERWORKING,
}
