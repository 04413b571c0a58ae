"""
IF.guard: who may join is proven, and judged by gates that can be looked up afterwards.
"""
