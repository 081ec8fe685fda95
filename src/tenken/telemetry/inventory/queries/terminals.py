"""Terminals in the reader's scope: the list and its figures, one terminal with its history, what waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet

from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.inventory.queries.standing import COUNTED, IN_HAND, Standing
from tenken.telemetry.models import (
    DoubtfulMatch,
    InstalledSoftware,
    InventoryChange,
    Terminal,
    TerminalAssignment,
    TerminalIdentity,
)
from tenken.telemetry.permissions import VIEW_TERMINALS

CONDITIONS: Final[dict[str, tuple[str, Callable[[Standing], Q]]]] = {
    "reporting": ("受信している", lambda standing: IN_HAND & standing.reporting),
    "unheard": ("途絶・受信なし", lambda standing: standing.silent | standing.never),
    "silent": ("途絶（受信が止まった）", lambda standing: standing.silent),
    "never": ("受信なし（一度も受信していない）", lambda standing: standing.never),
    "out_of_date": ("古い（OS・更新プログラム・パターンファイル）", lambda standing: standing.out_of_date),
    "unsupported": ("OSのサポートが終了", lambda standing: standing.unsupported),
    "old_patches": ("更新プログラムが古い", lambda standing: standing.old_patches),
    "old_antivirus": ("パターンファイルが古い", lambda standing: standing.old_antivirus),
    "no_antivirus": ("ウイルス対策ソフトがない", lambda standing: standing.no_antivirus),
    "unlisted": ("台帳にない", lambda _: COUNTED & Q(in_ledger=False)),
    "unplaced": ("配置先を決める", lambda standing: IN_HAND & _placeless(standing)),
    "returned": (
        "廃棄・返却・所在不明なのに受信した",
        lambda standing: Q(state__in=("retired", "lost")) & standing.reporting,
    ),
}


def _placeless(standing: Standing) -> Q:
    return Q(unit=None) | Q(unit__valid_to__lte=standing.on)


@dataclass(frozen=True)
class TerminalFilter:
    """What of the ledger is shown. ``unit_id``: a unit and all below it; ``condition``: a key of ``CONDITIONS``;
    ``title_id``: those that have a title of the catalogue, ``version`` besides: one release of it."""

    text: str = ""
    unit_id: int | None = None
    kind: str = ""
    procurement: str = ""
    state: str = ""
    system: str = ""
    condition: str = ""
    title_id: int | None = None
    version: str | None = None


def terminals_for(
    by: Principal, standing: Standing, only: TerminalFilter = TerminalFilter()
) -> QuerySet[Terminal]:
    """Return the terminals *by* may see, by section and number."""
    rows = Terminal.objects.restrict(by, VIEW_TERMINALS).filter(COUNTED).select_related("unit", "person")
    if not only.state and only.condition != "returned":
        rows = rows.exclude(state=Terminal.State.RETIRED)
    if only.unit_id is not None:
        rows = rows.filter(unit__in=by.tree.lineage_back(by.tree.below([only.unit_id])))
    for name in ("kind", "procurement", "state"):
        if value := getattr(only, name):
            rows = rows.filter(**{name: value})
    if only.system:
        rows = rows.filter(os_name=only.system)
    if only.condition:
        rows = rows.filter(CONDITIONS[only.condition][1](standing))
    if only.title_id is not None:
        installed = InstalledSoftware.objects.filter(release__title=only.title_id)
        if only.version is not None:
            installed = installed.filter(release__version=only.version)
        rows = rows.filter(pk__in=installed.values("terminal"))
    for word in only.text.split():
        rows = rows.filter(_says(word))
    return rows.order_by("unit__code", "number", "pk")


def _says(word: str) -> Q:
    condition = Q(person__name__contains=word)
    for name in ("number", "former_number", "computer_name", "serial", "model", "address", "note"):
        condition |= Q(**{f"{name}__icontains": word})
    return condition


def figures_of(by: Principal, standing: Standing) -> dict[str, int]:
    """Return how many terminals are in hand ("terminals") and meet each condition. One query."""
    counts = {name: Count("pk", filter=condition(standing)) for name, (_, condition) in CONDITIONS.items()}
    return (
        Terminal.objects.restrict(by, VIEW_TERMINALS)
        .filter(COUNTED)
        .aggregate(terminals=Count("pk", filter=IN_HAND), **counts)
    )


def systems_of(by: Principal) -> list[str]:
    """Return the operating systems of the terminals in sight, by name."""
    rows = Terminal.objects.restrict(by, VIEW_TERMINALS).filter(IN_HAND).exclude(os_name="")
    return list(rows.order_by("os_name").values_list("os_name", flat=True).distinct())


def find_terminal(by: Principal, terminal_id: int) -> Terminal:
    """Return one terminal with section, user and report; ``Missing`` when there is none in sight. One that was found to be
    the same as another is in sight too: it says which."""
    terminal = (
        Terminal.objects.restrict(by, VIEW_TERMINALS)
        .select_related("unit__city", "person", "report", "merged_into", "city")
        .filter(pk=terminal_id)
        .first()
    )
    if terminal is None:
        raise Missing("この端末はないか、見ることのできる範囲にありません。")
    return terminal


def assignments_of(terminal: Terminal) -> Sequence[TerminalAssignment]:
    """Return where *terminal* was assigned, the newest first."""
    return list(terminal.assignments.select_related("unit", "person").order_by("-valid_from"))


def identities_of(terminal: Terminal) -> Sequence[TerminalIdentity]:
    """Return how *terminal* showed itself, the last first."""
    return list(terminal.identities.all())


def changes_of(terminal: Terminal) -> QuerySet[InventoryChange]:
    """Return what changed on *terminal*, the newest first."""
    return InventoryChange.objects.filter(terminal=terminal).order_by("-at", "subject", "name", "pk")


def installed_on(terminal: Terminal) -> QuerySet[InstalledSoftware]:
    """Return what stands on *terminal*, by name."""
    return (
        InstalledSoftware.objects.filter(terminal=terminal)
        .select_related("release__title")
        .order_by("release__title__name", "release__version", "pk")
    )


def doubts_for(by: Principal, *, decided: bool = False) -> QuerySet[DoubtfulMatch]:
    """Return the pairs that may be one machine and wait for a decision, or those decided."""
    rows = DoubtfulMatch.objects.restrict(by, VIEW_TERMINALS).select_related(
        "terminal__unit", "terminal__report", "other__unit", "other__report"
    )
    if decided:
        return rows.exclude(state=DoubtfulMatch.State.OPEN).order_by("-decided_at", "-pk")
    return rows.filter(
        state=DoubtfulMatch.State.OPEN, terminal__merged_into=None, other__merged_into=None
    ).order_by("-found_at", "-pk")


def find_doubt(by: Principal, doubt_id: int) -> DoubtfulMatch:
    """Return one pair; ``Missing`` when there is none in sight."""
    rows = DoubtfulMatch.objects.restrict(by, VIEW_TERMINALS).select_related(
        "terminal__unit", "terminal__report", "other__unit", "other__report"
    )
    doubt = rows.filter(pk=doubt_id).first()
    if doubt is None:
        raise Missing("この組合せはないか、見ることのできる範囲にありません。")
    return doubt


def doubts_of(terminal: Terminal) -> Sequence[DoubtfulMatch]:
    """Return the pairs *terminal* is part of."""
    rows = DoubtfulMatch.objects.filter(Q(terminal=terminal) | Q(other=terminal))
    return list(rows.select_related("terminal", "other"))


def units_in_sight(by: Principal) -> list[tuple[int, int, str]]:
    """Return (key, rank, name) of the units of today in sight, bureaus and sections, in the order of their codes."""
    rows = Unit.objects.restrict(by, VIEW_TERMINALS).filter(valid_on(by.on), kind__rank__gt=0)
    return list(rows.order_by("code").values_list("pk", "kind__rank", "name"))
