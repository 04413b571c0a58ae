"""
Rehearsals: what a conference of many parties on real packets measures, and how that is reported.
"""
