"""The tables of the organisation."""

from tenken.organization.models.city import City, ClosingDay, ImplementingBody, Role, UnitKind
from tenken.organization.models.people import Account, Assignment, Person
from tenken.organization.models.posts import Post, PostRole
from tenken.organization.models.tokens import ApiToken
from tenken.organization.models.units import EmergencyProcedure, Unit, UnitPlacement, UnitSuccession

__all__ = [
    "Account",
    "ApiToken",
    "Assignment",
    "City",
    "ClosingDay",
    "EmergencyProcedure",
    "ImplementingBody",
    "Person",
    "Post",
    "PostRole",
    "Role",
    "Unit",
    "UnitKind",
    "UnitPlacement",
    "UnitSuccession",
]
