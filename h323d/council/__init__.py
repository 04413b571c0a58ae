"""
Councils: guardians who are called together into one room, and who of them has come.
"""
