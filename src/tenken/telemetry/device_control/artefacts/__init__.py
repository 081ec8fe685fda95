"""Settings that the city's own tools apply, made from a published policy. The same policy, place and day: the same bytes.

Tools cannot tell every kind from every other. Where several kinds share one switch, the switch is set to what the most
open of them allows, so that nothing that is allowed breaks; what is left is said in the README (``limits``).
"""
