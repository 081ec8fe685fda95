"""One terminal: what the ledger says, what its agent said, what is on it, what changed, where it was."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.assets.support import APPLICATION, support_of
from tenken.common.clock import JAPAN
from tenken.common.era import era_date
from tenken.journal.labels import operation_label
from tenken.journal.queries import contents, entries
from tenken.organization.access import Principal
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.inventory.operations import TERMINAL
from tenken.telemetry.inventory.queries import (
    assignments_of,
    changes_of,
    doubts_of,
    find_terminal,
    identities_of,
    installed_on,
    standing_on,
    support_table,
)
from tenken.telemetry.inventory.rules.identity import REASONS, Reason
from tenken.telemetry.inventory.rules.supporting import said_of_software
from tenken.telemetry.models import InstalledSoftware, Terminal, TerminalReport
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.web.addresses import address
from tenken.web.components.tables import moment
from tenken.web.exports import export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import SoftwareFilterForm
from tenken.web.telemetry.inventory_menu import LEDGER
from tenken.web.telemetry.inventory_tables import (
    SUBJECTS,
    TERMINAL_STATES,
    ChangeTable,
    InstalledTable,
    signs_of,
)
from tenken.web.telemetry.terminals import may_manage, place_of

_PER_PAGE = 100
_JOURNAL = 30
_HEADERS = {
    "protection": ["名称", "版", "有効", "最新", "パターン", "パターンの日付"],
    "parts": ["種類", "名称", "シリアル", "内容"],
    "assignments": ["所属", "使用者", "開始日", "終了日"],
    "identities": [
        "エージェントの番号",
        "UUID",
        "シリアル",
        "この端末と判断した理由",
        "初めて受信した日時",
        "最後に受信した日時",
    ],
}


@signed_in
@require_safe
def terminal(request: SignedInRequest, terminal_id: int) -> HttpResponse:
    """Show a terminal: ledger, inventory, parts, assignments, identities, doubts, what was done to its row."""
    by = request.principal
    row = find_terminal(by, terminal_id)
    report: TerminalReport | None = getattr(row, "report", None)
    assignments = assignments_of(row)
    names = names_with_bureau(by.city, {one.unit_id for one in assignments}, by.on)
    day = by.on.isoformat()
    context = {
        "row": row,
        "title": row.number,
        "headers": _HEADERS,
        "tabs": _tabs(row, "telemetry-terminal"),
        "state": TERMINAL_STATES[row.state],
        "signs": signs_of(row, standing_on(by.city, by.on)),
        "ledger": _ledger(by, row),
        "reported": _reported(row, report),
        "protection": [_antivirus(one) for one in (report.antivirus if report else ())],
        "parts": [
            (SUBJECTS.get(kind, kind), name, serial, detail)
            for kind, name, serial, detail in (report.parts if report else ())
        ],
        "assignments": [
            (
                names.get(one.unit_id, one.unit.name),
                one.person.name if one.person else "",
                era_date(one.valid_from),
                era_date(one.valid_to) if one.valid_to else "",
            )
            for one in assignments
        ],
        "identities": [
            (
                one.agent_id,
                one.uuid,
                one.serial,
                _reason(one.reason),
                moment(one.first_seen),
                moment(one.last_seen),
            )
            for one in identities_of(row)
        ],
        "doubts": doubts_of(row),
        "events": _events(by, row),
        "may_manage": may_manage(by, row),
        "day_url": address("telemetry-terminal-day", of=row.number, day=day)
        if by.holds(SEARCH_EVENTS)
        else "",
    }
    return render(request, "web/telemetry/inventory/terminal.html", context)


@signed_in
@require_safe
def software(request: SignedInRequest, terminal_id: int) -> HttpResponse:
    """List what is installed on a terminal."""
    by = request.principal
    row = find_terminal(by, terminal_id)
    form = SoftwareFilterForm(request.GET or None)
    del form.fields["approval"]
    form.fields["kind"].choices = [("", "すべて"), *form.fields["kind"].choices[1:]]  # type: ignore[attr-defined]
    rows = installed_on(row)
    if form.is_bound and form.is_valid():
        for word in form.cleaned_data["q"].split():
            rows = rows.filter(release__title__name__icontains=word)
        if kind := form.cleaned_data["kind"]:
            rows = rows.filter(release__title__kind=kind)
    elif form.is_bound:
        rows = rows.none()
    table = InstalledTable(rows, ended={})
    if export := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        table.ended = _ended(by, rows)
        return export_table(table, f"{row.number}のソフトウェア", export)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    table.ended = _ended(by, [shown.record for shown in table.paginated_rows])
    return _list_page(request, row, "telemetry-terminal-software", "導入されたソフトウェア", table, form)


@signed_in
@require_safe
def history(request: SignedInRequest, terminal_id: int) -> HttpResponse:
    """List what changed on a terminal, by whom it was reported."""
    row = find_terminal(request.principal, terminal_id)
    table = ChangeTable(changes_of(row))
    if export := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{row.number}の変化", export)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    return _list_page(request, row, "telemetry-terminal-history", "構成の変化", table, None)


def _list_page(
    request: SignedInRequest, row: Terminal, page: str, heading: str, table: Any, form: Any
) -> HttpResponse:
    context = {"row": row, "title": row.number, "heading": heading, "table": table, "form": form}
    return render(request, "web/telemetry/inventory/terminal_list.html", context | {"tabs": _tabs(row, page)})


def _tabs(row: Terminal, here: str) -> list[dict[str, Any]]:
    pages = (
        ("台帳と構成", "telemetry-terminal"),
        ("ソフトウェア", "telemetry-terminal-software"),
        ("変化", "telemetry-terminal-history"),
    )
    return [
        {"label": label, "url": reverse(name, args=[row.pk]), "current": name == here}
        for label, name in pages
    ]


def _ledger(by: Principal, row: Terminal) -> list[tuple[str, Any]]:
    return [
        ("所属", place_of(by, row)),
        ("使用者", row.person and row.person.name),
        ("種類", row.get_kind_display()),
        ("調達", row.get_procurement_display()),
        (LEDGER, "登録済み" if row.in_ledger else "まだ登録されていない（受信のみ）"),
        ("前の番号", row.former_number),
        ("登録日", era_date(row.registered_on)),
        ("廃棄・返却日", row.retired_on and era_date(row.retired_on)),
        ("ネットワークの区分", row.segment),
        ("備考", row.note),
    ]


def _reported(row: Terminal, report: TerminalReport | None) -> list[tuple[str, Any]]:
    facts = [
        ("コンピューター名", row.computer_name),
        ("ドメイン・ワークグループ", row.domain),
        ("メーカー", row.manufacturer),
        ("システムモデル", row.model),
        ("システムシリアル", row.serial),
        ("UUID", row.uuid),
        ("OS", f"{row.os_name} {row.os_version}".strip()),
        ("IPアドレス", row.address),
        ("ウイルス対策ソフト", row.antivirus),
        ("パターンファイルの日付", row.antivirus_updated_on and era_date(row.antivirus_updated_on)),
        ("最後の更新プログラムの日付", row.patched_on and era_date(row.patched_on)),
        ("初めて受信した日時", moment(row.first_seen)),
        ("最後に受信した日時", moment(row.last_seen)),
        ("最後の構成情報", moment(row.inventoried_at)),
    ]
    if report is not None:
        facts += [
            ("筐体", report.chassis),
            ("OSのビルド", report.os_build),
            ("OSの導入日", report.os_installed_on and era_date(report.os_installed_on)),
            ("最後の利用者", report.last_user),
            ("札", report.tag),
            ("MACアドレス", "、".join(report.macs)),
            ("送信元", report.source_code),
        ]
    return facts


def _antivirus(state: dict[str, Any]) -> tuple[str, ...]:
    words = {True: "はい", False: "いいえ", None: "不明"}
    return (
        state["name"],
        state["version"],
        words[state["enabled"]],
        words[state["up_to_date"]],
        state["definitions"],
        state["definitions_on"] or "",
    )


def _reason(code: str) -> str:
    return REASONS[Reason(code)] if code in set(Reason) else code


def _events(by: Principal, row: Terminal) -> list[dict[str, str]]:
    """Return what the journal says of the terminal's row, newest first. Two queries."""
    page = list(entries(by.city_code, subject=(TERMINAL, row.pk))[:_JOURNAL])
    said = contents(page)
    return [
        {
            "when": era_date(entry.recorded_at.astimezone(JAPAN).date()),
            "who": content.name if (content := said.get(entry.pk)) else entry.actor_code,
            "what": operation_label(entry.operation),
            "comment": str(content.changes.get("because", "")) if content else "",
            "tone": "blue",
        }
        for entry in page
    ]


def _ended(by: Principal, rows: Any) -> dict[int, Any]:
    """Return the support that has ended, by release, of what is shown. One query."""
    table = support_table(by.city, APPLICATION)
    found = {}
    row: InstalledSoftware
    for row in rows:
        said = said_of_software(row.release.title.name, row.release.version)
        support = support_of(said, table)
        if support is not None and support.on < by.on:
            found[row.release_id] = support
    return found
