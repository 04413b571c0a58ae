"""
Every signalling socket: datagrams and streams over a Twisted reactor.

An adapter decides nothing: it hands octets between the reactor and a user.
"""
