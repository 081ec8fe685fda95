"""端末台帳: the list, one terminal, entering, assigning, what happened to it, files out and back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem
from tenken.jobs.models import Job
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.imports import waiting_files
from tenken.organization.models import Person, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import name_with_bureau, names_with_bureau
from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import (
    add_terminal,
    assign_terminal,
    change_state,
    change_terminal,
    follow_reorganisation,
)
from tenken.telemetry.inventory.queries import (
    CONDITIONS,
    TerminalFilter,
    figures_of,
    find_terminal,
    standing_on,
    systems_of,
    terminals_for,
    units_in_sight,
)
from tenken.telemetry.inventory.states import Event, events_in
from tenken.telemetry.models import Terminal
from tenken.telemetry.permissions import MANAGE_TERMINALS, VIEW_TERMINALS
from tenken.web import changing
from tenken.web.exports import export_rows, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import (
    FileForm,
    NewTerminalForm,
    PlaceForm,
    StateForm,
    TerminalFilterForm,
    TerminalForm,
)
from tenken.web.telemetry.inventory_menu import LEDGER, inventory_tabs
from tenken.web.telemetry.inventory_tables import TerminalTable
from tenken.workbooks.ledger_files import SAME
from tenken.workbooks.ledger_imports import MOST_AT_ONCE, TERMINALS, Ledger, apply_file
from tenken.workbooks.terminal_ledger import TERMINAL_COLUMNS, terminal_rows

_BOTH = ["GET", "HEAD", "POST"]
_PER_PAGE = 50
_SHOWN = 500
_change_page = changing.change_page
_FIGURES = (
    ("silent", "途絶", "red"),
    ("out_of_date", "更新が古い", "yellow"),
    ("no_antivirus", "対策ソフトなし", "red"),
    ("unlisted", "台帳にない", "yellow"),
    ("never", "受信なし", "yellow"),
    ("unplaced", "配置先を決める", "yellow"),
    ("returned", "廃棄・所在不明なのに受信", "red"),
)


@signed_in
@require_safe
def terminal_list(request: SignedInRequest) -> HttpResponse:
    """List the terminals in the reader's scope."""
    by = request.principal
    require_somewhere(by, VIEW_TERMINALS)
    form = TerminalFilterForm(request.GET or None, units=_units(by), systems=systems_of(by))
    standing = standing_on(by.city, by.on)
    only = _filter(form)
    rows = terminals_for(by, standing, only) if only is not None else Terminal.objects.none()
    if kind := wants_export(request):
        found = list(rows)
        names = names_with_bureau(by.city, {row.unit_id for row in found if row.unit_id}, by.on)
        return export_rows(TERMINAL_COLUMNS, list(terminal_rows(found, names)), LEDGER, kind)
    table = TerminalTable(rows, names={}, standing=standing)
    RequestConfig(request, paginate={"per_page": _PER_PAGE}).configure(table)
    shown = {row.record.unit_id for row in table.paginated_rows if row.record.unit_id}
    table.names = names_with_bureau(by.city, shown, by.on)
    context = {
        "form": form,
        "table": table,
        "tabs": inventory_tabs(by, "telemetry-terminals"),
        "figures": _figures(figures_of(by, standing)),
        "may_manage": by.holds(MANAGE_TERMINALS),
    }
    return render(request, "web/telemetry/inventory/terminals.html", context)


def _figures(counts: dict[str, int]) -> list[dict[str, Any]]:
    base = reverse("telemetry-terminals")
    figures = [
        {"label": "端末", "number": f"{counts['terminals']:,}", "url": base, "tone": "neutral"},
        {
            "label": "受信している",
            "number": f"{counts['reporting']:,}",
            "url": f"{base}?condition=reporting",
            "tone": "green",
        },
    ]
    figures += [
        {
            "label": label,
            "number": f"{counts[code]:,}",
            "url": f"{base}?{urlencode({'condition': code})}",
            "tone": tone,
        }
        for code, label, tone in _FIGURES
        if counts[code]
    ]
    return figures


def _filter(form: TerminalFilterForm) -> TerminalFilter | None:
    """Return what *form* asks for; None when it asks for what there is not."""
    if not form.is_bound:
        return TerminalFilter()
    if not form.is_valid():
        return None
    said = form.cleaned_data
    return TerminalFilter(
        text=said["q"],
        unit_id=int(said["unit"]) if said["unit"] else None,
        kind=said["kind"],
        procurement=said["procurement"],
        state=said["state"],
        system=said["system"],
        condition=said["condition"] if said["condition"] in CONDITIONS else "",
        title_id=said["title"],
        version=said["version"] if "version" in form.data else None,
    )


def _units(by: Principal) -> list[tuple[int, str]]:
    """Return the units in sight to choose from: bureaus as they are, sections after their bureau."""
    units = units_in_sight(by)
    names = names_with_bureau(by.city, [key for key, _, _ in units], by.on)
    return [(key, name if rank == 1 else names.get(key, name)) for key, rank, name in units]


def places(by: Principal) -> list[tuple[int, str]]:
    """Return the sections a terminal may be assigned to."""
    rows = Unit.objects.restrict(by, MANAGE_TERMINALS).filter(valid_on(by.on), kind__rank__gt=0)
    keys = list(rows.order_by("code").values_list("pk", flat=True))
    names = names_with_bureau(by.city, keys, by.on)
    return [(key, names[key]) for key in keys if key in names]


@signed_in
@require_http_methods(_BOTH)
def new(request: SignedInRequest) -> HttpResponse:
    """Enter a terminal in the ledger."""
    by = request.principal
    require_somewhere(by, MANAGE_TERMINALS)
    form = NewTerminalForm(request.POST or None, units=places(by), initial={"on": by.on})

    def enter(said: dict[str, Any]) -> None:
        unit, person = _place(by, said)
        add_terminal(by=by, data=_data(said), unit=unit, person=person, on=said["on"])

    return _change_page(
        request,
        form,
        enter,
        title="端末を登録する",
        submit="登録する",
        back=reverse("telemetry-terminals"),
        done="端末を台帳に登録しました。",
        crumbs=_crumbs(),
    )


@signed_in
@require_http_methods(_BOTH)
def change(request: SignedInRequest, terminal_id: int) -> HttpResponse:
    """Change what the ledger says of a terminal; one that was only heard of is entered with this."""
    by = request.principal
    terminal = _managed(by, terminal_id)
    initial = {name: getattr(terminal, name) for name in TerminalForm.base_fields}
    form = TerminalForm(request.POST or None, initial=initial)
    entering = not terminal.in_ledger
    lead = "端末機番号は、台帳にある番号に直せます。前の番号は記録に残ります。" if entering else ""
    return _change_page(
        request,
        form,
        lambda said: change_terminal(by=by, terminal=terminal, data=_data(said), version=terminal.version),
        title=f"「{terminal.number}」を台帳に登録する" if entering else f"「{terminal.number}」を変更する",
        lead=lead,
        submit="台帳に登録する" if entering else "保存する",
        back=reverse("telemetry-terminal", args=[terminal.pk]),
        done="台帳に登録しました。" if entering else "台帳を変更しました。",
        crumbs=_crumbs(terminal),
        standing=terminal,
    )


@signed_in
@require_http_methods(_BOTH)
def assign(request: SignedInRequest, terminal_id: int) -> HttpResponse:
    """Assign a terminal to a section and a person."""
    by = request.principal
    terminal = _managed(by, terminal_id)
    initial = {
        "unit": terminal.unit_id or "",
        "person": terminal.person.number if terminal.person else "",
        "on": by.on,
    }
    form = PlaceForm(request.POST or None, units=places(by), initial=initial)

    def move(said: dict[str, Any]) -> None:
        unit, person = _place(by, said)
        assign_terminal(
            by=by, terminal=terminal, unit=unit, person=person, version=terminal.version, on=said["on"]
        )

    return _change_page(
        request,
        form,
        move,
        title=f"「{terminal.number}」を配置する",
        submit="配置する",
        back=reverse("telemetry-terminal", args=[terminal.pk]),
        done="配置しました。",
        crumbs=_crumbs(terminal),
        standing=terminal,
    )


@signed_in
@require_http_methods(_BOTH)
def happened(request: SignedInRequest, terminal_id: int) -> HttpResponse:
    """Note that a terminal was put away, lost, found, or given back."""
    by = request.principal
    terminal = _managed(by, terminal_id)
    form = StateForm(request.POST or None, events=events_in(terminal.state), initial={"on": by.on})
    return _change_page(
        request,
        form,
        lambda said: change_state(
            by=by,
            terminal=terminal,
            event=Event(said["event"]),
            version=terminal.version,
            because=said["because"],
            on=said["on"],
        ),
        title=f"「{terminal.number}」の状態を記録する",
        lead=f"今の状態：{terminal.get_state_display()}",
        submit="記録する",
        back=reverse("telemetry-terminal", args=[terminal.pk]),
        done="状態を記録しました。",
        crumbs=_crumbs(terminal),
        standing=terminal,
    )


@signed_in
@require_POST
def follow(request: SignedInRequest) -> HttpResponse:
    """Let terminals of sections that ended go to the section that follows (what each morning does by itself)."""
    moved = follow_reorganisation(by=request.principal)
    said = f"{moved:,}台を、組織改正後の課に配置しました。" if moved else "引き継ぐ端末はありません。"
    messages.success(request, said)
    return redirect(f"{reverse('telemetry-terminals')}?condition=unplaced")


def _managed(by: Principal, terminal_id: int) -> Terminal:
    terminal = find_terminal(by, terminal_id)
    require(by, MANAGE_TERMINALS, unit=terminal.unit)
    return terminal


def may_manage(by: Principal, terminal: Terminal) -> bool:
    """Tell whether *by* may change *terminal*, which counts as itself."""
    return terminal.merged_into_id is None and bool(decide(by, MANAGE_TERMINALS, unit=terminal.unit))


def _data(said: dict[str, Any]) -> TerminalData:
    return TerminalData(**{name: said[name] for name in TerminalForm.base_fields})


def _place(by: Principal, said: dict[str, Any]) -> tuple[Unit, Person | None]:
    unit = Unit.objects.select_related("city").get(pk=int(said["unit"]))
    number = said["person"]
    person = Person.objects.filter(city=by.city_id, number=number).first() if number else None
    if number and person is None:
        raise Invalid(
            "配置できませんでした。", [Problem("この職員番号の職員はいません。", "使用者", "person")]
        )
    return unit, person


def _crumbs(terminal: Terminal | None = None) -> list[dict[str, str]]:
    crumbs = [
        {"label": LEDGER, "url": reverse("telemetry-terminals")},
    ]
    if terminal is not None:
        crumbs.append({"label": terminal.number, "url": reverse("telemetry-terminal", args=[terminal.pk])})
    return crumbs


def place_of(by: Principal, terminal: Terminal) -> str:
    """Return the section of *terminal* with its bureau, and since when it is no more."""
    if terminal.unit_id is None or terminal.unit is None:
        return "（未配置）"
    name = name_with_bureau(by.city, terminal.unit_id, by.on)
    ended = terminal.unit.valid_to
    return f"{name}（{era_date(ended)}に廃止）" if ended and ended <= by.on else name


# --- files -----------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(_BOTH)
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file of the ledger and show what it would change; nothing is written."""
    by = request.principal
    require_somewhere(by, MANAGE_TERMINALS)
    return upload_page(
        request,
        ledger=TERMINALS,
        pages=("telemetry-terminals", "telemetry-terminals-import", "telemetry-terminals-import-confirm"),
        columns="「端末機番号」と「所属コード」のほかの列は、なければ今のままです。OSや最後の受信など、エージェントが知らせる"
        "列は読みません。「状態」を所在不明か廃棄・返却にする行には「理由」の列が、今日でない日からの変更には「変更日」の列が要ります。",
    )


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    require_somewhere(request.principal, MANAGE_TERMINALS)
    return confirm_page(request, ledger=TERMINALS, page="telemetry-terminals")


def upload_page(
    request: SignedInRequest, *, ledger: Ledger, pages: tuple[str, str, str], columns: str, whole: str = ""
) -> HttpResponse:
    """Show the form of a ledger's file, or what the file sent would change. *pages*: list, upload, confirm; *whole*: the
    page that gives the file, unless the list does."""
    by = request.principal
    list_page, upload_url, confirm_url = map(reverse, pages)
    context = {
        "ledger": ledger.name,
        "list_url": list_page,
        "file_url": reverse(whole) if whole else list_page,
        "upload_url": upload_url,
        "confirm_url": confirm_url,
        "columns": columns,
        "most_at_once": MOST_AT_ONCE,
    }
    if request.method != "POST":
        return render(request, "web/telemetry/inventory/import.html", context | {"form": FileForm()})
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = ledger.difference(by=by, name=sent.name, content=content, on=by.on)
        except Invalid as refusal:
            changing.show(form, refusal)
        else:
            changes = [one for one in found.changes if one.what != SAME]
            shown = {
                "name": sent.name,
                "token": waiting_files.keep(by=by, name=sent.name, content=content),
                "found": found,
                "counts": [tuple(found.counts.values())],
                "count_header": list(found.counts),
                "changes": changes[:_SHOWN],
                "more": max(0, len(changes) - _SHOWN),
            }
            return render(request, "web/assets/import_difference.html", context | shown)
    return render(request, "web/telemetry/inventory/import.html", context | {"form": form}, status=422)


def confirm_page(request: SignedInRequest, *, ledger: Ledger, page: str) -> HttpResponse:
    """Write the difference that was shown of a file that waits: at once, or by a job whose page tells how far it is."""
    by = request.principal
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    written = apply_file(
        by=by, ledger=ledger, name=name, content=content, shown=request.POST.get("shown", "")
    )
    waiting_files.drop(by=by, token=token)
    if isinstance(written, Job):
        return redirect("job", job_id=written.pk)
    messages.success(request, f"{ledger.name}に取り込みました（{written.told()}）。")
    return redirect(page)
