"""
Keys of SRTP that two sides agree on where their media go (DTLS-SRTP, RFC 5763 and RFC 5764).

The handshakes are the reactor's: an exchange of signatures takes longer than a packet may wait.
The tick only tells datagrams of DTLS from others, and passes them on (L{h323d.media.srtp}).
"""
