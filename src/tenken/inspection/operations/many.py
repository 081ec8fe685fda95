"""Several sheets of one programme at once, as a page of the secretariat chooses them."""

from __future__ import annotations

from collections.abc import Sequence

from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.inspection.models import Programme, Sheet
from tenken.organization.access import Principal


def locked_sheets(by: Principal, programme: Programme, chosen: Sequence[tuple[int, int]]) -> list[Sheet]:
    """Return the *chosen* sheets, (key, version shown) each, their rows locked, with unit and programme.

    ``Invalid`` when none is chosen, ``Missing`` for a sheet that is not the programme's, ``Stale`` when the programme does
    not run or a sheet was changed since it was shown.
    """
    if not chosen:
        raise Invalid("点検シートを選んでください。", [Problem("選ばれていません。", "点検シート", "sheet")])
    versions = dict(chosen)
    rows = list(
        Sheet.objects.select_for_update(of=("self",))
        .select_related("unit__city", "programme")
        .filter(pk__in=versions, programme=programme, unit__city=by.city_id)
        .order_by("unit__code", "pk")
    )
    if len(rows) < len(versions):
        raise Missing("この点検にない点検シートが選ばれています。")
    check_running(rows[0].programme)
    changed = [sheet.unit.name for sheet in rows if sheet.version != versions[sheet.pk]]
    if changed:
        raise Stale(
            f"表示したあとに変更された点検シートがあります（{'、'.join(changed[:5])}）。ページを開き直してください。"
        )
    return rows


def check_running(programme: Programme) -> None:
    """Raise ``Stale`` unless the programme runs."""
    if programme.status != Programme.Status.LAUNCHED:
        raise Stale("この点検は終了しているため、点検シートは動かせません。")
