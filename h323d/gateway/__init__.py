"""
The gateway: whoever calls here for another party is joined with them, whatever either speaks.
"""
