"""
The wire of RTP: packets, RTCP, jitter buffers and statistics (RFC 3550, 3551, 4733).

Pure functions and plain objects: no socket, no clock (C{now} is passed in), no
Twisted.  What a media tick does fifty times a second works on numpy columns, one
row per packet or per stream; what happens seldom works on values.
"""
