"""Reading the organisation: scoped lists, names, who holds what, and what became of a unit."""

from tenken.organization.queries.holders import (
    DEPUTY,
    MANAGER,
    Holder,
    PostLine,
    holders_on,
    manager_history,
    manager_on,
    post_lines,
    tenures,
)
from tenken.organization.queries.naming import bureaus_of, name_with_bureau, names_with_bureau
from tenken.organization.queries.people import appointments, roles_of_posts, visible_person
from tenken.organization.queries.reorganizations import Reorganization, reorganized_between
from tenken.organization.queries.units import (
    UnitLine,
    emergency_procedures,
    heirs_on,
    predecessors_of,
    successions_of,
    successors_of,
    unit_lines,
    visible_unit,
)

__all__ = [
    "DEPUTY",
    "MANAGER",
    "Holder",
    "PostLine",
    "Reorganization",
    "UnitLine",
    "appointments",
    "bureaus_of",
    "emergency_procedures",
    "heirs_on",
    "holders_on",
    "manager_history",
    "manager_on",
    "name_with_bureau",
    "names_with_bureau",
    "post_lines",
    "predecessors_of",
    "reorganized_between",
    "roles_of_posts",
    "successions_of",
    "successors_of",
    "tenures",
    "unit_lines",
    "visible_person",
    "visible_unit",
]
