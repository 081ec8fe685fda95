"""読み取れなかった受信: why, how many, the bytes themselves, read again or given up."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.organization.access import Principal, require
from tenken.telemetry.models import Source
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.reception import quarantine
from tenken.telemetry.reception.quarantine import (
    GIVEN_UP,
    MOST_LISTED,
    REPLAYED,
    WAITING,
    QuarantinedPart,
    QuarantineFilter,
)
from tenken.telemetry.reception.replaying import ask_for_replay
from tenken.web import changing
from tenken.web.components.tables import MomentColumn, NumberColumn, StatusColumn, Table, moment
from tenken.web.exports import attachment, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.source_forms import GiveUpForm, QuarantineFilterForm
from tenken.web.telemetry.sources import page

_HERE = "telemetry-quarantine"
_BOTH = ["GET", "HEAD", "POST"]
_SHOWN_BYTES = 4096
STATES = {
    WAITING: ("未処理", "yellow"),
    REPLAYED: ("読み取り直した", "green"),
    GIVEN_UP: ("処理しない", "neutral"),
}


class ReasonTable(Table):
    caption = "表1　理由ごとの未処理の件数"
    row_header = "reason"

    reason = tables.Column(verbose_name="理由")
    source = tables.Column(verbose_name="送信元")
    count = NumberColumn(verbose_name="件数")
    size = NumberColumn(verbose_name="バイト数")
    first = MomentColumn(verbose_name="最初")
    last = MomentColumn(verbose_name="最後")
    do = tables.TemplateColumn(
        template_name="web/telemetry/sources/reason_do.html",
        verbose_name="操作",
        orderable=False,
        exclude_from_export=True,
    )

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        self._names = names
        super().__init__(*args, **kwargs)

    def render_source(self, value: str) -> str:
        return self._names.get(value, value)


class PartTable(Table):
    caption = "表2　読み取れなかった受信"
    row_header = "received"

    received = MomentColumn(verbose_name="受信", linkify=("telemetry-quarantine-part", [tables.A("pk")]))
    source = tables.Column(verbose_name="送信元")
    reason = tables.Column(verbose_name="理由")
    place = tables.Column(verbose_name="場所")
    # A CSV is CP932, and what nobody understood need not be.
    raw = tables.Column(verbose_name="内容の先頭", orderable=False, exclude_from_export=True)
    size = NumberColumn(verbose_name="バイト数")
    peer = tables.Column(verbose_name="相手")
    state = StatusColumn(STATES, verbose_name="状態")

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        self._names = names
        super().__init__(*args, **kwargs)

    def render_source(self, value: str) -> str:
        return self._names.get(value, value)

    def render_raw(self, value: bytes) -> str:
        return as_text(value)[0][:60]


def as_text(raw: bytes) -> tuple[str, str]:
    """Return *raw* as a person may read it and in which encoding: UTF-8, else CP932; controls as dots."""
    for encoding, name in (("utf-8", "UTF-8"), ("cp932", "CP932")):
        # The cut of a preview may fall inside a character.
        for cut in range(4):
            try:
                text = raw[: len(raw) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return "".join(char if char.isprintable() or char in "\n\t" else "・" for char in text), name
    text = raw.decode("ascii", "replace").replace("\ufffd", "・")
    return "".join(char if char.isprintable() or char in "\n\t" else "・" for char in text), "文字ではない"


def as_hex(raw: bytes) -> str:
    """Return *raw* as lines of sixteen bytes with their offset."""
    rows = []
    for at in range(0, len(raw), 16):
        piece = raw[at : at + 16]
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        rows.append(f"{at:06x}  {piece.hex(' '):<47}  {plain}")
    return "\n".join(rows)


@signed_in
@require_safe
def quarantine_list(request: SignedInRequest) -> HttpResponse:
    """List the waiting parts by reason, and the parts one by one."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    names = _names(by)
    form = QuarantineFilterForm(request.GET or {"state": WAITING}, sources=list(names.items()))
    said = form.cleaned_data if form.is_valid() else {}
    only = QuarantineFilter(
        source=said.get("source", ""), reason=said.get("reason", ""), state=said.get("state", "")
    )
    reasons = ReasonTable(quarantine.waiting_reasons(by, only), names=names, prefix="r-")
    parts = quarantine.quarantined(by, only)
    table = PartTable(parts, names=names)
    kind = wants_export(request)
    RequestConfig(request, paginate=False).configure(reasons)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    if kind and request.GET.get("table") == "reasons":
        return export_table(reasons, "読み取れなかった受信（理由ごと）", kind)
    if kind:
        return export_table(table, "読み取れなかった受信", kind)
    context = {"form": form, "reasons": reasons, "table": table, "cut": len(parts) == MOST_LISTED}
    return page(request, "quarantine", context)


@signed_in
@require_safe
def part_page(request: SignedInRequest, part: str) -> HttpResponse:
    """Show one part: why, where, and its bytes as text and in hexadecimal."""
    by = request.principal
    one = quarantine.look_at_part(by, part)
    shown = one.raw[:_SHOWN_BYTES]
    text, encoding = as_text(shown)
    context = {
        "part": one,
        "label": STATES[one.state],
        "facts": [
            ("理由", one.reason),
            ("場所", one.place),
            ("送信元", _names(by).get(one.source, one.source)),
            ("相手", one.peer),
            ("受信", moment(one.received)),
            ("大きさ", f"{one.size:,}バイト"),
            ("文字コード", encoding),
            ("状態が変わった日時", moment(one.changed)),
        ],
        "text": text,
        "hex": as_hex(shown),
        "cut": one.size > _SHOWN_BYTES,
        "waits": one.state == WAITING,
    }
    return page(request, "part", context)


@signed_in
@require_safe
def part_raw(request: SignedInRequest, part: str) -> HttpResponse:
    """Give the bytes as they came."""
    one = quarantine.look_at_part(request.principal, part)
    return attachment(one.raw, f"読み取れなかった受信_{one.pk}.bin", "application/octet-stream")


@signed_in
@require_POST
def replay(request: SignedInRequest) -> HttpResponse:
    """Ask for one part, or all of a source and reason, to be read again; the job's page tells how far it is."""
    said = request.POST
    job = ask_for_replay(
        by=request.principal,
        source=said.get("source", ""),
        reason=said.get("reason", ""),
        part=said.get("part", ""),
    )
    return redirect("job", job_id=job.pk)


@signed_in
@require_http_methods(_BOTH)
def give_up(request: SignedInRequest) -> HttpResponse:
    """Close one part, or all of a source and reason, without reading them."""
    by = request.principal
    require(by, MANAGE_SOURCES)
    asked = {name: request.GET.get(name, "") for name in ("source", "reason", "part")}
    one: QuarantinedPart | None = quarantine.find_part(by, asked["part"]) if asked["part"] else None
    lead = one.reason if one else asked["reason"]
    show = changing.change_page
    return show(
        request,
        GiveUpForm(request.POST or None),
        lambda said: quarantine.give_up(by=by, because=said["because"], **asked),
        title="読み取らずに終える",
        lead=lead,
        text="操作ログにはなりません。届いたデータは、そのまま残ります。",
        submit="終える",
        danger=True,
        back=f"{reverse(_HERE)}?{urlencode({'source': asked['source'], 'state': WAITING})}",
        done="読み取らずに終えました。",
        crumbs=[
            {"label": "送信元", "url": reverse("telemetry-sources")},
            {"label": "読み取れなかった受信", "url": reverse(_HERE)},
        ],
    )


def _names(by: Principal) -> dict[str, str]:
    return dict(Source.objects.restrict(by, MANAGE_SOURCES).values_list("code", "name"))
