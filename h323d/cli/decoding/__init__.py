"""
Captured octets, as text or as packets, for people to read: what C{h323ctl decode} does.
"""
