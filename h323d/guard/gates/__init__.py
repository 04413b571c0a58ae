"""
The gates of IF.guard, each a pure function of what is known when it is asked.
"""
