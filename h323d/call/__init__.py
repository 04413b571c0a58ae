"""
The protocol-neutral call model, and the seams of the house.

Commands go down by method call, happenings come up to one observer, questions
go to policies, facts go on the bus.  Each interface is declared here, or by
whoever calls it; its implementers stand above or beside.
"""
