"""
Results of a rehearsal, as people read them: in a terminal, and on a page.
"""
