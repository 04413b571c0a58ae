"""
Signalling that a server has kept, as files: what C{h323ctl trace --pcap} and C{h323ctl export} do.
"""
