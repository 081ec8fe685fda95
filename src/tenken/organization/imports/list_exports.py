"""The blank forms of the lists, and the present state in their columns: read again, nothing in it changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tenken.common.spreadsheets import cp932_csv
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, require
from tenken.organization.imports.lists import list_workbook_of
from tenken.organization.imports.reorganization_list import LABELS as _KINDS
from tenken.organization.imports.reorganization_list import MERGE, REORGANIZATION_FORM, SPLIT
from tenken.organization.imports.transfer_list import TRANSFER_FORM
from tenken.organization.models import Assignment, UnitPlacement
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS, VIEW_PEOPLE, VIEW_UNITS
from tenken.organization.queries.reorganizations import ABOLISHED, FOUNDED, MOVED, reorganized_between

_BESIDE = {Assignment.Kind.CONCURRENT: "併任", Assignment.Kind.ACTING: "事務取扱"}


def transfer_form(*, by: Principal) -> bytes:
    """Return the blank form of the 人事異動 list, with an example."""
    require(by, CHANGE_PEOPLE)
    return list_workbook_of(TRANSFER_FORM, [])


def reorganization_form(*, by: Principal) -> bytes:
    """Return the blank form of the 組織改正一覧, with an example."""
    require(by, CHANGE_UNITS)
    return list_workbook_of(REORGANIZATION_FORM, [])


def appointments_workbook(*, by: Principal, on: date) -> bytes:
    """Return who holds which post on a date in the columns of the 人事異動 list. Reading the people is noted."""
    return list_workbook_of(TRANSFER_FORM, _appointments(by, on))


def appointments_csv(*, by: Principal, on: date) -> bytes:
    """Return the same as CP932 CSV; ``Invalid`` names what CP932 cannot hold (𠮷)."""
    return cp932_csv(list(TRANSFER_FORM.columns), _appointments(by, on))


def reorganizations_workbook(*, by: Principal, start: date, end: date) -> bytes:
    """Return what changed from *start* to *end* (both included) in the columns of the 組織改正一覧."""
    require(by, VIEW_UNITS)
    return list_workbook_of(REORGANIZATION_FORM, _reorganizations(by, start, end))


def _appointments(by: Principal, on: date) -> list[Sequence[Any]]:
    require(by, VIEW_PEOPLE)
    rows: list[Sequence[Any]] = []
    mains: set[int] = set()
    held = Assignment.objects.filter(valid_on(on), person__city=by.city_id).select_related(
        "person", "post__unit"
    )
    for row in held.order_by("post__unit__code", "post__code", "person__number"):
        label = _BESIDE.get(Assignment.Kind(row.kind), "異動")
        if label == "異動" and row.person_id in mains:
            label = "併任"
        mains.add(row.person_id)
        person, post = row.person, row.post
        rows.append(
            (
                row.valid_from,
                person.number,
                person.name,
                person.kana,
                person.email,
                label,
                "",
                "",
                post.unit.code,
                post.code,
                post.title,
            )
        )
    note_access(
        by=by,
        city_code=by.city_code,
        subject=("organization.person", "transfers"),
        purpose="現在の発令の出力",
        rows=len(rows),
    )
    return rows


def _reorganizations(by: Principal, start: date, end: date) -> list[Sequence[Any]]:
    parents = {
        (row.unit_id, row.valid_from): row.parent.code
        for row in UnitPlacement.objects.filter(unit__city=by.city_id).select_related("parent")
    }
    rows: list[Sequence[Any]] = []
    for one in reorganized_between(by.city, start, end):
        olds = one.before if one.kind not in (SPLIT, FOUNDED) else one.before * len(one.after)
        news = one.after if one.kind != MERGE else one.after * len(one.before)
        count = max(len(olds), len(news))
        for old, new in zip(
            [*olds, *[None] * (count - len(olds))], [*news, *[None] * (count - len(news))], strict=True
        ):
            shown = new if one.kind not in (MOVED, ABOLISHED) else None
            parent = parents.get((new.pk, one.on), "") if new else ""
            rows.append(
                (
                    one.on,
                    _KINDS[one.kind],
                    old.code if old else "",
                    old.name if old else "",
                    shown.code if shown else "",
                    shown.name if shown else "",
                    shown.kana if shown else "",
                    shown.kind.name if shown else "",
                    parent,
                    "",
                )
            )
    return rows
