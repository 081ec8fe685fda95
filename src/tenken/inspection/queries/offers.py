"""Earlier answers a section may stand by: recent, accepted, to the same wording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tenken.inspection.models import Answer, Question, Sheet
from tenken.inspection.rules.standing_by import Earlier, Offer, offered
from tenken.organization.access import Principal


def offers_for(by: Principal, sheet: Sheet, questions: Iterable[Question], on: date) -> dict[int, Offer]:
    """Return what *sheet* may stand by, by question, for *questions* (``revision.item`` loaded). One query, or none.

    Whatever programme asked: the answer accepted last counts. An answer that itself stood by an earlier one is as old
    as that one.
    """
    asked = {one.revision.item_id: one for one in questions if one.revision.item.answer_valid_months}
    if not asked:
        return {}
    latest = _latest(by, sheet, set(asked))
    found = {}
    for item, question in asked.items():
        offer = offered(
            sheet.unit_id,
            latest.get(item, {}),
            by.tree.predecessors,
            revision_id=question.revision_id,
            valid_months=question.revision.item.answer_valid_months,
            on=on,
        )
        if offer:
            found[question.pk] = offer
    return found


def _latest(by: Principal, sheet: Sheet, items: set[int]) -> dict[int, dict[int, Earlier]]:
    """Return the accepted answer of each unit of the lineage to each of *items* that is the latest."""
    rows = (
        Answer.objects.filter(
            sheet__status=Sheet.Status.ACCEPTED,
            sheet__system=sheet.system_id,
            sheet__unit__in=by.tree.lineage_back([sheet.unit_id]),
            question__revision__item__in=items,
        )
        .exclude(verdict="")
        .exclude(sheet=sheet.pk)
        .order_by("sheet__accepted_on", "pk")
        .values_list(
            "pk",
            "carried_from_id",
            "sheet__unit_id",
            "question__revision_id",
            "question__revision__item_id",
            "verdict",
            "reason",
            "comment",
            "sheet__accepted_on",
            "carried_from__sheet__accepted_on",
        )
    )
    found: dict[int, dict[int, Earlier]] = defaultdict(dict)
    for key, carried, unit, revision, item, verdict, reason, comment, accepted, first in rows:
        root = carried if carried and first else key
        given_on = first or accepted
        assert given_on is not None  # the table's own constraint: what is accepted has its day
        found[item][unit] = Earlier(root, unit, revision, verdict, reason, comment, given_on)
    return found
