"""
Sound: the plane that receives, mixes and sends it, tick by tick.
"""
