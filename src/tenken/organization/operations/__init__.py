"""Every write of the organisation: one function each, permission first, journaled in the same transaction."""

from tenken.organization.operations.accounts import end_account, open_account
from tenken.organization.operations.assignments import assign, end_assignment
from tenken.organization.operations.cities import found_city
from tenken.organization.operations.people import add_person
from tenken.organization.operations.posts import add_post, grant_role
from tenken.organization.operations.units import add_unit

__all__ = [
    "add_person",
    "add_post",
    "add_unit",
    "assign",
    "end_account",
    "end_assignment",
    "found_city",
    "grant_role",
    "open_account",
]
