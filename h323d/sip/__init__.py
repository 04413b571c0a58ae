"""
SIP: messages, transactions, dialogs, session descriptions and the leg made of them
(RFC 3261 and its family).
"""
