"""
The operator's doors: a UNIX socket for C{h323ctl}, and a manhole over SSH.
"""
