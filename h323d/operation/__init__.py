"""
What an operator sees and does, whichever door they come by.
"""
