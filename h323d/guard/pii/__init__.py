"""
Personal data in what people read: finding it, and cutting it out.
"""
