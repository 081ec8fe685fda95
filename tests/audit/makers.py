"""Visits as tests need them, written through the operations."""

from __future__ import annotations

from datetime import date, time

from tenken.audit.models import Visit, VisitItem
from tenken.audit.operations import (
    adopt_selection,
    answer_facts,
    ask_facts,
    choose_by_hand,
    choose_items,
    finish_visit,
    notify_visit,
    plan_visit,
    record_item,
    report_visit,
    save_observation,
)
from tenken.inspection.models import Stage
from tenken.organization.models import Unit
from tests.factories import Scenario

DAY = date(2026, 11, 10)
LOOKED_AT = ("clear-desk.leave", "media.ledger", "media.lock")


def chosen_visit(city: Scenario, stage: Stage, unit: Unit) -> Visit:
    """Choose *unit* by hand and adopt the choice."""
    by = city.by("secretariat")
    selection = choose_by_hand(
        by=by, stage=stage, chosen=[(unit.pk, None, "台帳の不備")], reasons="台帳の不備"
    )
    return adopt_selection(by=by, selection=selection, version=selection.version)[0]


def planned_visit(city: Scenario, stage: Stage, unit: Unit) -> Visit:
    """Plan a visit by the auditor for today, with three lines."""
    by = city.by("secretariat")
    visit = chosen_visit(city, stage, unit)
    visit = plan_visit(
        by=by,
        visit=visit,
        planned_on=DAY,
        begins_at=time(13, 30),
        ends_at=time(15, 0),
        place="3階会議室",
        request="USBメモリの台帳をご用意ください。",
        lead=city.people["auditor"].pk,
        version=visit.version,
    )
    return choose_items(by=by, visit=visit, item_codes=LOOKED_AT, version=visit.version)


def notified_visit(city: Scenario, visit: Visit) -> Visit:
    return notify_visit(
        by=city.by("secretariat"), visit=visit, letter_number="8総情第12号", version=visit.version
    )


def line(visit: Visit, code: str) -> VisitItem:
    return VisitItem.objects.get(visit=visit, revision__item__code=code)


def look(
    city: Scenario, visit: Visit, code: str, seen: str, note: str = "", role: str = "auditor"
) -> VisitItem:
    item = line(visit, code)
    return record_item(
        by=city.by(role), visit=visit, item_id=item.pk, seen=seen, note=note, version=item.version
    )


def visited(city: Scenario, visit: Visit) -> Visit:
    """Make the visit: the desks are as said, the ledger is not; one 指摘事項 on the list and one beside it."""
    return finished(city, notified_visit(city, visit))


def finished(city: Scenario, visit: Visit) -> Visit:
    """Make a notified visit, as :func:`visited`."""
    by = city.by("auditor")
    look(city, visit, "clear-desk.leave", "agree")
    look(city, visit, "media.ledger", "disagree", "台帳にないUSBメモリが3本ある。")
    look(city, visit, "media.lock", "agree")
    save_observation(
        by=by, visit=visit, item_id=line(visit, "media.ledger").pk, title="USBメモリが台帳にない。"
    )
    save_observation(by=by, visit=visit, title="来客用の名札が管理されていない。", due_on=date(2027, 1, 31))
    visit.refresh_from_db()
    return finish_visit(by=by, visit=visit, attended_by="課長、係長", version=visit.version)


def confirmed(city: Scenario, visit: Visit, answer: str = "accepted", comment: str = "") -> Visit:
    visit = ask_facts(by=city.by("auditor"), visit=visit, due_on=date(2026, 11, 20), version=visit.version)
    by = city.by("section_manager")
    return answer_facts(by=by, visit=visit, answer=answer, comment=comment, version=visit.version)


def reported(city: Scenario, visit: Visit) -> Visit:
    visit = confirmed(city, visited(city, visit))
    return report_visit(by=city.by("auditor"), visit=visit, summary="おおむね良好。", version=visit.version)
