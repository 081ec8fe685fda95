"""What was audited before Tenken: recorded one by one, or read from a table."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.assets.models import InformationSystem
from tenken.audit.models import PriorAudit
from tenken.audit.permissions import MANAGE_ROTATION
from tenken.audit.rotation.operations.applying import REASON_LIMIT, checked_reason, one_at_a_time, write
from tenken.audit.rotation.rules.parts import Tier
from tenken.common import clock
from tenken.common.era import parse_date
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.common.tabular_files import cell_place, cell_text
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks

HEADER = ("コード", "区分", "実施日", "出所")
SUBJECT = "audit.prior_audit"
_MOST_ROWS = 5_000
_TIERS = {tier.label: tier for tier in Tier if tier != Tier.NONE}


@dataclass(frozen=True)
class PriorData:
    """One audit held before: of which system (its code), how deeply, when, and how it is known.

    ``place``: where it stands in a table, '' for one that was typed.
    """

    code: str
    tier: str
    held_on: date
    source: str
    place: str = ""


@transaction.atomic
def record_prior_audits(
    *, by: Principal, rows: Sequence[PriorData], on: date | None = None
) -> list[PriorAudit]:
    """Record audits held before, all or none. ``Invalid`` with the place of each problem; names code, tier, held_on, source."""
    require(by, MANAGE_ROTATION)
    one_at_a_time(by)
    systems = dict(InformationSystem.objects.of_city(by.city_id).values_list("code", "pk"))
    standing = set(
        PriorAudit.objects.of_city(by.city_id)
        .filter(struck_because="")
        .values_list("system__code", "tier", "held_on")
    )
    problems: list[Problem] = []
    for one in rows:
        problems += _problems(one, systems, on or by.on)
        if (key := (one.code, one.tier, one.held_on)) in standing:
            problems.append(Problem("同じ監査が、すでにあります。", one.place or "実施日", "held_on"))
        standing.add(key)
    if not rows:
        problems.append(Problem("記録する監査がありません。", "表"))
    if problems:
        raise Invalid(f"{len(problems)}か所の誤りがあります。何も記録していません。", problems)
    made = PriorAudit.objects.bulk_create(
        PriorAudit(
            city=by.city,
            system_id=systems[one.code],
            tier=one.tier,
            held_on=one.held_on,
            source=one.source.strip(),
            recorded_by=by.actor.code,
            recorded_by_name=by.actor.name,
            recorded_at=clock.now(),
        )
        for one in rows
    )
    told = [[one.code, one.tier, one.held_on.isoformat(), one.source.strip()] for one in rows]
    write(by, "audit.prior.record", (SUBJECT, made[0].pk), {"audits": told}, on)
    return made


@transaction.atomic
def strike_prior_audit(
    *, by: Principal, prior: PriorAudit, reason: str, on: date | None = None
) -> PriorAudit:
    """Strike one that was recorded by mistake; it stays in the record with the reason. ``Invalid`` names reason."""
    require(by, MANAGE_ROTATION)
    found = PriorAudit.objects.select_for_update().filter(pk=prior.pk, city=by.city_id).first()
    if found is None:
        raise Missing("過去の監査がありません。")
    if found.struck_because:
        raise Stale("すでに取り消されています。")
    found.struck_because = checked_reason(reason)
    found.save(update_fields=["struck_because"])
    write(by, "audit.prior.strike", (SUBJECT, found.pk), {"reason": found.struck_because}, on)
    return found


def read_prior_audits(sheets: Mapping[str, Sequence[Sequence[object]]]) -> list[PriorData]:
    """Return the rows of a table (``common.tabular_files``) whose first row is :data:`HEADER`. ``Invalid`` with places."""
    name, rows = next(((name, rows) for name, rows in sheets.items() if rows), ("", []))
    header = tuple(cell_text(cell) for cell in rows[0][: len(HEADER)]) if rows else ()
    if header != HEADER:
        words = f"1行目を「{'」「'.join(HEADER)}」にしてください。"
        raise Invalid("表の見出しが違います。", [Problem(words, cell_place(name, 0))])
    if len(rows) > _MOST_ROWS:
        raise Invalid(f"一度に取り込めるのは{_MOST_ROWS - 1:,}行までです。")
    found, problems = [], []
    for number, row in enumerate(rows[1:], start=1):
        code, tier, held_on, source = (*(cell_text(cell) for cell in row), "", "", "", "")[: len(HEADER)]
        if not any((code, tier, held_on, source)):
            continue
        if tier not in _TIERS:
            words = f"「{'」「'.join(_TIERS)}」のどれかにしてください。"
            problems.append(Problem(words, cell_place(name, number, 1)))
        try:
            day = parse_date(held_on)
        except ValueError as error:
            problems.append(Problem(str(error), cell_place(name, number, 2)))
            continue
        if tier in _TIERS:
            plain = unicodedata.normalize("NFKC", code)
            found.append(PriorData(plain, _TIERS[tier].value, day, source, cell_place(name, number)))
    if problems:
        raise Invalid(f"{len(problems)}か所の誤りがあります。何も記録していません。", problems)
    return found


def _problems(one: PriorData, systems: Mapping[str, int], day: date) -> list[Problem]:
    checks = Checks()
    if one.code not in systems:
        words = f"「{one.code[:40]}」は情報システム台帳にありません。"
        checks.problem(words, label=one.place or "情報システム", field="code")
    if one.tier not in _TIERS.values():
        checks.problem("区分を選んでください。", label=one.place or "区分", field="tier")
    if not date(1980, 1, 1) <= one.held_on <= day:
        checks.problem("今日までの日にしてください。", label=one.place or "実施日", field="held_on")
    checks.name(one.source, label="出所", limit=REASON_LIMIT, field="source")
    return [Problem(p.message, one.place or p.place, p.field) for p in checks.problems]
