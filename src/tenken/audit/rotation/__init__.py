"""Whose turn it is: the audit universe, the rule of the rotation, selections of systems, mid-term and yearly plans."""
