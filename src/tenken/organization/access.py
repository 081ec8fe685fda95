"""Who may do what: a person's roles on a date, over units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from tenken.common import clock
from tenken.common.refusals import Denied
from tenken.journal.actor import Actor
from tenken.organization.capabilities import Capability
from tenken.organization.models import Assignment, City, Person, PostRole, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import Tree, tree_of


@dataclass(frozen=True)
class Grant:
    """One role held through one post, for a unit and below."""

    role_code: str
    role_name: str
    capabilities: frozenset[str]
    unit_id: int
    post_id: int
    post_title: str


@dataclass(frozen=True)
class Principal:
    """A person (or the system itself) as they act: who, for which city, with which grants, from where.

    Equal for journal and permission checks: pass it as ``by=``.
    """

    actor: Actor
    city: City
    on: date
    grants: tuple[Grant, ...] = ()
    person_id: int | None = None
    root_ids: frozenset[int] = frozenset()
    unlimited: bool = field(default=False, repr=False)

    @property
    def city_id(self) -> int:
        return self.city.pk

    @property
    def city_code(self) -> str:
        return self.city.code

    @property
    def role_codes(self) -> frozenset[str]:
        return frozenset(grant.role_code for grant in self.grants)

    @property
    def post_ids(self) -> frozenset[int]:
        return frozenset(grant.post_id for grant in self.grants)

    @property
    def tree(self) -> Tree:
        return tree_of(self.city, self.on)

    @cached_property
    def _units(self) -> dict[tuple[str, int], frozenset[int]]:
        return {}

    def holds(self, capability: Capability) -> bool:
        """Tell whether *capability* is held for any unit at all."""
        return self.unlimited or any(capability.code in grant.capabilities for grant in self.grants)

    def everywhere(self, capability: Capability) -> bool:
        """Tell whether *capability* is held for the whole city."""
        return self.unlimited or any(
            capability.code in grant.capabilities and grant.unit_id in self.root_ids for grant in self.grants
        )

    def units_with(self, capability: Capability) -> frozenset[int]:
        """Return the units where *capability* is held: granted, all below, and what those came from."""
        key = (capability.code, self.city.organization_version)
        if key not in self._units:
            granted = {grant.unit_id for grant in self.grants if capability.code in grant.capabilities}
            self._units[key] = self.tree.lineage_back(self.tree.below(granted))
        return self._units[key]

    def roles_at(self, unit_id: int) -> frozenset[str]:
        """Return the codes of the roles held directly for *unit_id* or for what became of it."""
        heirs = self.tree.lineage_forward([unit_id])
        return frozenset(grant.role_code for grant in self.grants if grant.unit_id in heirs)


@dataclass(frozen=True)
class Decision:
    """Allowed or not, and why not. True or false by itself."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def decide(by: Principal, capability: Capability, *, unit: Unit | None = None) -> Decision:
    """Decide whether *by* may use *capability*, for *unit* (None: for the whole city). Denied unless granted."""
    if unit is not None and unit.city_id != by.city_id:
        return Decision(False, "ほかの市の情報は扱えません。")
    if by.everywhere(capability):
        return Decision(True)
    if not by.holds(capability):
        return Decision(False, f"「{capability.label}」ができる役割ではありません。")
    if unit is None:
        return Decision(False, f"「{capability.label}」を全庁に対して行う役割ではありません。")
    if unit.pk in by.units_with(capability):
        return Decision(True)
    return Decision(False, f"「{unit.name}」は、あなたが「{capability.label}」を行う範囲ではありません。")


def require(by: Principal, capability: Capability, *, unit: Unit | None = None) -> None:
    """Raise ``Denied`` with the reason unless :func:`decide` allows."""
    decision = decide(by, capability, unit=unit)
    if not decision:
        raise Denied(decision.reason)


def require_somewhere(by: Principal, capability: Capability) -> None:
    """Raise ``Denied`` unless *capability* is held for any unit at all."""
    if not by.holds(capability):
        raise Denied(f"「{capability.label}」ができる役割ではありません。")


def principal_of(
    person: Person, *, on: date | None = None, channel: str = "web", address: str = ""
) -> Principal:
    """Return *person* with the grants of their posts on a date (today unless given). Three queries."""
    day = on or clock.today()
    return Principal(
        actor=Actor(code=person.number, name=person.name, channel=channel, address=address),
        city=person.city,
        on=day,
        grants=_grants_of(person, day),
        person_id=person.pk,
        root_ids=root_units(person.city),
    )


def system_principal(city: City, name: str, *, on: date | None = None) -> Principal:
    """Return the system's own principal for programmed work (demo, imports, tasks): allowed all, named in the journal."""
    return Principal(
        actor=Actor(code=f"system:{name}", name="システム", channel="task"),
        city=city,
        on=on or clock.today(),
        root_ids=root_units(city),
        unlimited=True,
    )


def on_date(by: Principal, day: date) -> Principal:
    """Return *by* acting for another business date, with the grants already held."""
    return Principal(
        actor=by.actor,
        city=by.city,
        on=day,
        grants=by.grants,
        person_id=by.person_id,
        root_ids=by.root_ids,
        unlimited=by.unlimited,
    )


def root_units(city: City) -> frozenset[int]:
    """Return the city's top units: those that stand below none, ever. Kept until the organisation changes."""
    return _root_units(city.pk, city.organization_version)


@lru_cache(maxsize=64)
def _root_units(city_id: int, _version: int) -> frozenset[int]:
    return frozenset(Unit.objects.filter(city=city_id, kind__rank=0).values_list("pk", flat=True))


def _grants_of(person: Person, day: date) -> tuple[Grant, ...]:
    rows = (
        PostRole.objects.filter(
            valid_on(day),
            valid_on(day, "post__"),
            post__in=Assignment.objects.filter(valid_on(day), person=person).values("post_id"),
        )
        .order_by("role__order", "pk")
        .values("role__code", "role__name", "role__capabilities", "unit_id", "post_id", "post__title")
    )
    return tuple(
        Grant(
            role_code=row["role__code"],
            role_name=row["role__name"],
            capabilities=frozenset(row["role__capabilities"]),
            unit_id=row["unit_id"],
            post_id=row["post_id"],
            post_title=row["post__title"],
        )
        for row in rows
    )
