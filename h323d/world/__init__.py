"""
The doors of a server that is entered in turns (L{h323d.ha.doors.Doors}), on a real reactor.
"""
