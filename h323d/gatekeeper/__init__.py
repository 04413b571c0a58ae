"""
The gatekeeper: who is registered, who may call whom, and with how much
bandwidth (ITU-T H.323, 6.4; H.225.0, clause 7).
"""
