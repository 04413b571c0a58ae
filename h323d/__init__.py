"""
An H.323 gatekeeper, an H.323 and SIP conference server, and the way between.

The tree says what the program is: C{values} to C{rtp} speak bytes and values,
C{h323} and C{sip} hold the protocol machines, C{call} the model they share,
C{gatekeeper} and C{conference} the services, C{net}, C{media} and C{control}
the sockets, and C{server} is where the objects meet.
"""

import os

# A tick's matrices are small: numpy's library would spread them over threads of its own, and wait
# for the slowest of them, tens of milliseconds on a busy machine.  It looks when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0.dev0"
