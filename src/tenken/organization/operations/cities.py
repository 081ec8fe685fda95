"""Founding a city."""

from __future__ import annotations

import secrets
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from tenken.common.identifiers import is_local_government_code
from tenken.common.japanese_text import half_width_digits
from tenken.journal.actor import Acts
from tenken.journal.operations import record
from tenken.organization.models import City, ImplementingBody, Role, Unit, UnitKind
from tenken.organization.names import Checks, search_text

_DEFAULTS = Path(__file__).resolve().parent.parent / "defaults"


@transaction.atomic
def found_city(*, by: Acts, code: str, name: str, on: date) -> City:
    """Found a city: its root unit (code: the city's), kinds, bodies and roles as the defaults have them.

    *code* is its 全国地方公共団体コード (full-width digits are read); *on* the first day of its organisation.
    ``Invalid`` when the code's check digit is wrong or the city stands already. There is no permission to check:
    only who may run the command line can call it.
    """
    checks = Checks()
    plain = half_width_digits(code).strip()
    kept = checks.name(name, label="市の名称", limit=60, field="name")
    if not is_local_government_code(plain):
        checks.problem(
            f"「{plain[:20]}」は全国地方公共団体コードではありません（6桁の数字。6桁目は検査数字です）。",
            label="団体コード",
            field="code",
        )
    elif City.objects.filter(code=plain).exists():
        checks.problem(f"団体コード{plain}の市は、すでに登録されています。", label="団体コード", field="code")
    checks.done()
    city = City.objects.create(code=plain, name=kept, organization_version=1 + secrets.randbelow(1 << 20))
    kinds = _write_defaults(city)
    root = Unit.objects.create(
        city=city, code=plain, name=kept, kind=kinds["city"], valid_from=on, search_text=search_text(kept)
    )
    record(
        by=by,
        city_code=plain,
        operation="organization.city.found",
        subject=("organization.city", plain),
        changes={"name": kept, "root": root.pk},
        business_date=on,
    )
    return city


def _write_defaults(city: City) -> dict[str, UnitKind]:
    """Give *city* the default kinds, bodies and roles; return the kinds by code."""
    defaults = read_defaults("unit_kinds.yaml")
    kinds = {row["code"]: UnitKind(city=city, **row) for row in defaults["kinds"]}
    UnitKind.objects.bulk_create(kinds.values())
    ImplementingBody.objects.bulk_create(ImplementingBody(city=city, **row) for row in defaults["bodies"])
    Role.objects.bulk_create(
        Role(city=city, order=order, **row) for order, row in enumerate(read_defaults("roles.yaml"))
    )
    return {kind.code: kind for kind in UnitKind.objects.filter(city=city)}


@cache
def read_defaults(name: str) -> Any:
    """Return a file of ``defaults/`` as read."""
    return yaml.safe_load((_DEFAULTS / name).read_text(encoding="utf-8"))
