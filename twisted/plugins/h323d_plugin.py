"""
Makes C{twistd h323d} known.
"""

from twisted.application.service import ServiceMaker

h323d = ServiceMaker(
    "h323d",
    "h323d.service",
    "An H.323 gatekeeper and an H.323 and SIP conference server",
    "h323d",
)
