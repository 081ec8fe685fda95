"""The mail of a person's day: their sheets that are due or late, and what else waits for them.

A further part (traces of one item, plans to review …) is one function in :data:`PARTS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenken.common.era import era_date
from tenken.findings.models import Finding
from tenken.findings.states import OPEN, PLANNED
from tenken.inspection.queries.reminders import DEPUTY, MANAGER, Late, Reached
from tenken.notices.operations import site_address
from tenken.organization.models import City, Person
from tenken.organization.queries import holders_on
from tenken.organization.tree import tree_of

SHOWN = 60  # lines of one kind in a mail
_SOON = timedelta(days=7)


@dataclass(frozen=True)
class Part:
    """What a part says to one person: a heading with its number, and a line each."""

    heading: str
    lines: tuple[str, ...]


Parts = Callable[[City, date], dict[Reached, Part]]


def findings_part(city: City, today: date) -> dict[Reached, Part]:
    """Return the findings that are late or due within a week, for the deputies and managers of their sections."""
    rows = [
        finding
        for finding in Finding.objects.filter(city=city, status__in=(OPEN, PLANNED)).select_related("unit")
        if (due := finding.plan_due_on or finding.due_on) and due <= today + _SOON
    ]
    if not rows:
        return {}
    tree = tree_of(city, today)
    heirs = {finding.unit_id: tree.lineage_forward([finding.unit_id]) for finding in rows}
    units = frozenset().union(*heirs.values())
    held = {role: holders_on(units, role, today) for role in (DEPUTY, MANAGER)}
    people = {one.person_id for of_role in held.values() for ones in of_role.values() for one in ones}
    address = dict(Person.objects.filter(pk__in=people).values_list("pk", "email"))
    found: dict[str, tuple[Reached, list[Finding]]] = {}
    for finding in rows:
        told = set()
        for role, of_role in held.items():
            for unit in heirs[finding.unit_id]:
                for one in of_role.get(unit, ()):
                    if one.person_number not in told:
                        told.add(one.person_number)
                        reached = Reached(one.person_number, one.person_name, address[one.person_id], role)
                        found.setdefault(one.person_number, (reached, []))[1].append(finding)
    return {reached: _findings(mine, today) for reached, mine in found.values()}


def _findings(findings: Sequence[Finding], today: date) -> Part:
    dated = sorted(((f.plan_due_on or f.due_on or today, f) for f in findings), key=lambda one: one[0])
    lines = tuple(
        f"・{finding}　{finding.unit.name}：{finding.title[:60]}（期限：{_when(due, today)}）"
        for due, finding in dated
    )
    return Part(f"改善の期限が近い課題、過ぎた課題（{len(lines)}件）", lines)


# What stands in a mail after the sheets. Each goes out by itself once a week, and joins any other mail of the day.
PARTS: tuple[Parts, ...] = (findings_part,)


def parts_of(city: City, today: date) -> dict[str, tuple[Reached, list[Part]]]:
    """Return what :data:`PARTS` say to whom, by 職員番号."""
    found: dict[str, tuple[Reached, list[Part]]] = {}
    for part in PARTS:
        for reached, said in part(city, today).items():
            found.setdefault(reached.code, (reached, []))[1].append(said)
    return found


def subject_and_body(
    person: Reached, sheets: Sequence[Late], parts: Sequence[Part], today: date
) -> tuple[str, str]:
    """Return the mail to *person*: what is late first, then what is due, then the *parts*."""
    late = [one for one in sheets if one.due_on < today]
    soon = [one for one in sheets if one.due_on >= today]
    said = [
        *([_sheets("提出の期限を過ぎた点検シート", late, today)] if late else []),
        *([_sheets("提出の期限が近い点検シート", soon, today)] if soon else []),
        *parts,
    ]
    blocks = [f"{person.name}様", *("\n".join([part.heading, *_shown(part.lines)]) for part in said)]
    if sheets:
        blocks.append(
            "記入して、提出してください。期限に間に合わない事情があるときは、事務局に連絡してください。"
        )
    kind = "点検" if sheets else "課題"
    return f"【{kind}】{'、'.join(part.heading for part in said)}", "\n\n".join(blocks)


def _sheets(heading: str, sheets: Sequence[Late], today: date) -> Part:
    programmes = defaultdict(list)
    for one in sheets:
        programmes[one.sheet.programme.name].append(one)
    lines: list[str] = []
    for name, ones in programmes.items():
        lines += [name, *(_line(one, today) for one in ones)]
    return Part(f"{heading}（{len(sheets)}件）", tuple(lines))


def _line(late: Late, today: date) -> str:
    sheet = late.sheet
    subject = f"{sheet.unit.name}（{sheet.system.name}）" if sheet.system else sheet.unit.name
    state = "承認待ち" if sheet.status == "submitted" else f"未記入{late.unanswered}問"
    address = site_address(f"/inspection/sheets/{sheet.pk}/")
    where = f"\n　{address}" if address else ""
    return f"・{subject}　期限：{_when(late.due_on, today)}　{state}{where}"


def _when(due: date, today: date) -> str:
    left = (due - today).days
    told = "今日" if left == 0 else f"あと{left}日" if left > 0 else f"{-left}日経過"
    return f"{era_date(due)}、{told}"


def _shown(lines: Sequence[str]) -> list[str]:
    return [*lines[:SHOWN], *([f"・ほか{len(lines) - SHOWN}件"] if len(lines) > SHOWN else [])]


def link_of(sheets: Sequence[Late]) -> str:
    """Return the page the mail leads to: the sheet itself when it is one, else the first page with all that waits."""
    return f"/inspection/sheets/{sheets[0].sheet.pk}/" if len(sheets) == 1 else "/"
