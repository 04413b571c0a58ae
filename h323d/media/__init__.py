"""
Every RTP socket and the thread that serves them: ports, mixing rooms, the pool.

Implements L{h323d.call.media}.  The tick (L{h323d.media.audio.plane}) is a plain object
without thread, clock or socket; C{thread} drives it in service, C{stepped} in a
simulation.  How a negotiation got there is not known here.
"""
