"""
H.323: call signalling (H.225.0), call control (H.245), RAS, and the legs made of them.

Parsers and writers here are pure; machines take a clock and an owner; sockets and
media are reached through the interfaces of C{call} alone.
"""
