"""Policies and the bank as OSCAL 1.1.2 (NIST): a policy or the bank is a catalog, a choice of items a profile.

A clause and an item are controls; what OSCAL has no word for is kept in ``props`` under :data:`NAMESPACE`, so that a
catalog comes back whole. Read: catalogs this product wrote, and others as far as they say what a clause must say.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tenken.common.refusals import Invalid, Problem
from tenken.policy.exchange.rows import BankRow, ClauseRow
from tenken.policy.models import CheckItem
from tenken.policy.rules.codes import stable_code

OSCAL_VERSION = "1.1.2"
NAMESPACE = "https://tenken.example/ns/oscal"
MAX_BYTES = 20_000_000
_DEPTH = 12


def policy_catalog(
    *, city_code: str, document: str, title: str, version: str, modified: datetime, rows: Sequence[ClauseRow]
) -> dict[str, Any]:
    """Return a version of a policy as an OSCAL catalog: chapters are groups, clauses controls."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row.chapter_number, row.chapter_title), []).append(_clause_control(row))
    return _catalog(
        f"{city_code}:{document}:{version}",
        title,
        version,
        modified,
        [
            {
                "id": f"chapter-{place}",
                "class": "chapter",
                "title": chapter_title,
                "props": [_prop("number", number)],
                "controls": controls,
            }
            for place, ((number, chapter_title), controls) in enumerate(groups.items(), start=1)
        ],
    )


def bank_catalog(
    *, city_code: str, title: str, version: str, modified: datetime, rows: Sequence[BankRow]
) -> dict[str, Any]:
    """Return the bank as an OSCAL catalog: 調査項目 are groups, items controls."""
    groups: dict[str, list[BankRow]] = {}
    for row in rows:
        groups.setdefault(row.category, []).append(row)
    return _catalog(
        f"{city_code}:bank:{version}",
        title,
        version,
        modified,
        [
            {
                "id": f"category-{category}",
                "class": "category",
                "title": members[0].category_name,
                "props": [_prop("code", category), _prop("part", members[0].part)],
                "controls": [_item_control(row) for row in members],
            }
            for category, members in groups.items()
        ],
    )


def bank_profile(
    *, city_code: str, title: str, version: str, modified: datetime, catalog: str, item_codes: Sequence[str]
) -> dict[str, Any]:
    """Return a choice of items as an OSCAL profile that imports *catalog* (its address)."""
    return {
        "profile": {
            "uuid": _uuid(f"{city_code}:profile:{version}:{','.join(item_codes)}"),
            "metadata": _metadata(title, version, modified),
            "imports": [{"href": catalog, "include-controls": [{"with-ids": list(item_codes)}]}],
            "merge": {"as-is": True},
        }
    }


def dump(document: Mapping[str, Any]) -> bytes:
    """Return an OSCAL document as JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8")


def read_oscal(content: bytes, name: str) -> dict[str, Any]:
    """Return an OSCAL document (catalog or profile) from JSON. ``Invalid`` when it is none."""
    if len(content) > MAX_BYTES:
        raise Invalid(f"「{name}」は大きすぎます（20MBまで）。")
    try:
        data = json.loads(content.decode("utf-8-sig"))
        json.dumps(data, ensure_ascii=False).encode()  # half characters (\ud800) are no text
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid(f"「{name}」はOSCALのJSONとして読み取れません。") from None
    if not isinstance(data, dict) or not any(
        isinstance(data.get(kind), dict) for kind in ("catalog", "profile")
    ):
        raise Invalid(f"「{name}」は、OSCALのcatalogでもprofileでもありません。")
    return data


def clause_rows_of(document: Mapping[str, Any]) -> list[ClauseRow]:
    """Return the clauses of a catalog. ``Invalid`` with the place of what is missing."""
    problems: list[Problem] = []
    rows = []
    for group, control, place in _controls(document, problems):
        rows.append(
            ClauseRow(
                chapter_number=_said(group, "number") or str(group.get("id", "")),
                chapter_title=str(group.get("title", "")),
                code=_code(control, place, problems),
                number=_said(control, "number") or str(control.get("id", "")),
                heading=str(control.get("title", "")),
                text=_prose(control, "statement"),
                binds=tuple(_all_said(control, "binds")),
                nature=_said(control, "nature") or "must",
                refines=tuple(_all_said(control, "refines")),
                place=place,
            )
        )
    _refuse(rows, problems)
    return rows


def bank_rows_of(document: Mapping[str, Any]) -> list[BankRow]:
    """Return the items of a catalog. ``Invalid`` with the place of what is missing."""
    problems: list[Problem] = []
    rows = []
    for group, control, place in _controls(document, problems):
        months, aspect = _said(control, "answer-valid-months"), _said(control, "aspect")
        rows.append(
            BankRow(
                code=_code(control, place, problems),
                part=_said(group, "part") or "management",
                category=_said(group, "code") or str(group.get("id", "")),
                category_name=str(group.get("title", "")),
                question=_prose(control, "statement"),
                purpose=_prose(control, "purpose"),
                how_to_check=_prose(control, "assessment-method"),
                good=_prose(control, "assessment-objective"),
                examples=tuple(_proses(control, "example")),
                evidence=_prose(control, "evidence"),
                facts=tuple(_all_said(control, "fact")),
                clause_codes=tuple(
                    str(link.get("href", "")).removeprefix("#")
                    for link in _dicts(control.get("links"))
                    if link.get("rel") == "required"
                ),
                standing=_said(control, "standing") == "yes",
                answer_valid_months=int(months)
                if months.isascii() and months.isdigit() and len(months) < 4
                else 0,
                aspect=aspect if aspect in CheckItem.Aspect.values else "",
                place=place,
            )
        )
    _refuse(rows, problems)
    return rows


def profile_codes(document: Mapping[str, Any]) -> list[str]:
    """Return the item codes a profile chooses, each once. ``Invalid`` when it names none."""
    profile = document.get("profile")
    codes = [
        str(code)
        for one in _dicts(profile.get("imports") if isinstance(profile, dict) else None)
        for chosen in _dicts(one.get("include-controls"))
        for code in _list(chosen.get("with-ids"))
    ]
    if not codes:
        raise Invalid("このprofileは、点検項目を1つも選んでいません（include-controls／with-ids）。")
    return list(dict.fromkeys(codes))


def _catalog(
    key: str, title: str, version: str, modified: datetime, groups: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "catalog": {
            "uuid": _uuid(key),
            "metadata": _metadata(title, version, modified),
            "groups": groups,
        }
    }


def _uuid(key: str) -> str:
    """Return the same identifier for the same content: a file written twice is the same document (RFC 4122, version 5)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{NAMESPACE}/{key}"))


def _metadata(title: str, version: str, modified: datetime) -> dict[str, str]:
    return {
        "title": title,
        "last-modified": modified.isoformat(timespec="seconds"),
        "version": version,
        "oscal-version": OSCAL_VERSION,
    }


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": value}


def _part(control: str, name: str, prose: str, number: int = 0) -> dict[str, str]:
    key = f"{control}_{name}" + (f"-{number}" if number else "")
    part = {"id": key, "name": name, "prose": prose}
    return (
        part
        if name in ("statement", "example", "assessment-objective", "assessment-method")
        else {
            **part,
            "ns": NAMESPACE,
        }
    )


def _clause_control(row: ClauseRow) -> dict[str, Any]:
    return {
        "id": row.code,
        "class": "clause",
        "title": row.heading,
        "props": [
            _prop("number", row.number),
            _prop("nature", row.nature),
            *(_prop("binds", role) for role in row.binds),
            *(_prop("refines", code) for code in row.refines),
        ],
        "parts": [_part(row.code, "statement", row.text)],
    }


def _item_control(row: BankRow) -> dict[str, Any]:
    texts = (
        ("statement", row.question),
        ("purpose", row.purpose),
        ("assessment-method", row.how_to_check),
        ("assessment-objective", row.good),
        ("evidence", row.evidence),
    )
    return {
        "id": row.code,
        "class": "check-item",
        "title": row.question,
        "props": [
            _prop("standing", "yes" if row.standing else "no"),
            _prop("answer-valid-months", str(row.answer_valid_months)),
            *([_prop("aspect", row.aspect)] if row.aspect else []),
            *(_prop("fact", code) for code in row.facts),
        ],
        "links": [{"href": f"#{code}", "rel": "required"} for code in row.clause_codes],
        "parts": [
            *(_part(row.code, name, prose) for name, prose in texts if prose),
            *(_part(row.code, "example", prose, n) for n, prose in enumerate(row.examples, start=1)),
        ],
    }


def _controls(
    document: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """Yield (group, control, place), groups within groups too; a control without a group is its own."""
    catalog = document.get("catalog")
    if not isinstance(catalog, dict):
        raise Invalid("catalogがありません。profileは「点検項目の選択」として取り込んでください。")
    seen: set[str] = set()
    stack: list[tuple[dict[str, Any], int]] = [(catalog, 0)]
    while stack:
        group, depth = stack.pop(0)
        for control in _dicts(group.get("controls")):
            place = f"control「{str(control.get('id', ''))[:40]}」"
            if str(control.get("id")) in seen:
                problems.append(Problem("同じidが2度あります。", place, "file"))
            seen.add(str(control.get("id")))
            yield group, control, place
        if depth < _DEPTH:
            stack.extend((one, depth + 1) for one in _dicts(group.get("groups")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _all_said(holder: Mapping[str, Any], name: str) -> list[str]:
    return [str(prop.get("value", "")) for prop in _dicts(holder.get("props")) if prop.get("name") == name]


def _said(holder: Mapping[str, Any], name: str) -> str:
    return next(iter(_all_said(holder, name)), "")


def _proses(control: Mapping[str, Any], name: str) -> list[str]:
    return [str(part.get("prose", "")) for part in _dicts(control.get("parts")) if part.get("name") == name]


def _prose(control: Mapping[str, Any], name: str) -> str:
    return next(iter(_proses(control, name)), "")


def _code(control: Mapping[str, Any], place: str, problems: list[Problem]) -> str:
    try:
        return stable_code(str(control.get("id", "")))
    except ValueError as error:
        problems.append(Problem(str(error), place, "file"))
        return ""


def _refuse(rows: Sequence[object], problems: Sequence[Problem]) -> None:
    if problems:
        raise Invalid("ファイルの内容に誤りがあります。何も取り込んでいません。", list(problems)[:200])
    if not rows:
        raise Invalid("このcatalogには、controlが1つもありません。")
