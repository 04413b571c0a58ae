"""
Rooms where many legs meet, whatever protocol each of them speaks.
"""
