"""Every write of the organisation: one function each, permission first, journaled in the same transaction."""

from tenken.organization.operations.accounts import end_account, open_account
from tenken.organization.operations.assignments import assign, end_assignment
from tenken.organization.operations.cities import found_city
from tenken.organization.operations.emergency import set_emergency_procedure
from tenken.organization.operations.passwords import (
    Slip,
    awaiting_first_password,
    issue_first_passwords,
    reissue_password,
    set_password,
)
from tenken.organization.operations.people import add_person, change_person, leave
from tenken.organization.operations.placements import move_unit
from tenken.organization.operations.posts import add_first_posts, add_post, grant_role, revoke_role
from tenken.organization.operations.reorganization import NewUnit, merge_units, rename_unit, split_unit
from tenken.organization.operations.settings import (
    remove_closing_day,
    save_body,
    save_role,
    save_unit_kind,
    set_closing_day,
)
from tenken.organization.operations.units import abolish_unit, add_unit, correct_unit

__all__ = [
    "NewUnit",
    "Slip",
    "abolish_unit",
    "add_first_posts",
    "add_person",
    "add_post",
    "add_unit",
    "assign",
    "awaiting_first_password",
    "change_person",
    "correct_unit",
    "end_account",
    "end_assignment",
    "found_city",
    "grant_role",
    "issue_first_passwords",
    "leave",
    "merge_units",
    "move_unit",
    "open_account",
    "reissue_password",
    "remove_closing_day",
    "rename_unit",
    "revoke_role",
    "save_body",
    "save_role",
    "save_unit_kind",
    "set_closing_day",
    "set_emergency_procedure",
    "set_password",
    "split_unit",
]
