"""``tenken import scan``: a scanner's results, with the same difference as on the page."""

from __future__ import annotations

import argparse

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement, ScanImport
from tenken.audit.technical.operations import (
    apply_scan,
    discard_scan,
    map_scan,
    read_scan,
    receive_scan,
    saved_mappings,
)
from tenken.audit.technical.queries.weaknesses import differences_of
from tenken.audit.technical.readers import TableMapping
from tenken.audit.technical.words import CHANGES, GONE, SAME, SEVERITY_LABELS, tool_label
from tenken.cli.cities import chosen_city, command_principal
from tenken.cli.terminal import Progress, say, tell
from tenken.common.refusals import Missing, Refusal
from tenken.organization.access import Principal

_SHOWN = 200


def import_scan(args: argparse.Namespace) -> int:
    """Show what the results would change, and write it with ``--apply``."""
    by = command_principal(chosen_city(args.city))
    if not args.file.is_file():
        raise Missing(f"{args.file}がありません。")
    with args.file.open("rb") as stream:
        scan = receive_scan(
            by=by,
            system=_system(by, args.system),
            engagement=_engagement(by, args.engagement),
            fiscal_year=args.year,
            stream=stream,
            name=args.file.name,
            told_on=args.on,
            partial=args.partial,
        )
    try:
        scan = _read(by, scan, args.mapping)
    except Refusal:
        discard_scan(by=by, scan=scan)
        raise
    _show(scan)
    if not args.apply:
        discard_scan(by=by, scan=scan)
        tell("まだ書き込んでいません。書き込むときは--applyを付けてください。")
        return 0
    say(apply_scan(by=by, scan=scan, version=scan.version).message)
    return 0


def _read(by: Principal, scan: ScanImport, mapping: str | None) -> ScanImport:
    if mapping:
        kept = next((one.mapping for one in saved_mappings(by) if one.name == mapping), None)
        if kept is None:
            raise Missing(f"表の対応づけ「{mapping}」は登録されていません。")
        scan = map_scan(by=by, scan=scan, mapping=TableMapping(**kept), version=scan.version)
    shown = Progress()
    try:
        return read_scan(
            by=by, scan=scan, told=lambda done, total: shown("読取り（KB）", done // 1024, total // 1024)
        )
    finally:
        shown.close()


def _system(by: Principal, code: str) -> InformationSystem:
    found = (
        InformationSystem.objects.filter(city=by.city_id, code=code).select_related("owner", "city").first()
    )
    if found is None:
        raise Missing(f"コード「{code}」の情報システムは台帳にありません。")
    return found


def _engagement(by: Principal, number: str | None) -> Engagement | None:
    if not number:
        return None
    year, _, order = number.partition("-")
    known = Engagement.objects.filter(city=by.city_id).select_related("system", "unit")
    if not (year.isdecimal() and order.isdecimal()):
        raise Missing(f"監査は年度と番号で指定してください（例：2026-3）。「{number}」は読み取れません。")
    found = known.filter(fiscal_year=int(year), number=int(order)).first()
    if found is None:
        raise Missing(f"監査{number}はありません。")
    return found


def _show(scan: ScanImport) -> None:
    """Print the difference; what stays as it is, is only counted."""
    rows = differences_of(scan).exclude(change=SAME)
    for row in rows[:_SHOWN]:
        hosts = f"機器{row.hosts_before:,}→{row.hosts_after:,}" if row.change != GONE else ""
        words = (CHANGES[row.change], SEVERITY_LABELS[row.severity], tool_label(row.tool), row.title, hosts)
        say("　".join(word for word in words if word))
    if (many := rows.count()) > _SHOWN:
        say(f"ほか{many - _SHOWN:,}件")
    say(
        f"結果{scan.figures['results']:,}件、機器{scan.figures['hosts']:,}台："
        + "、".join(f"{label}{scan.figures[code]:,}件" for code, label in CHANGES.items())
    )
