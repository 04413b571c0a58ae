"""
What endpoints and other gatekeepers ask by RAS (ITU-T H.225.0, 7.6 ff.), and who answers it.
"""
