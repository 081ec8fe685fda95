"""What a programme asks, chosen from the bank, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Programme, Question, SheetForm
from tenken.inspection.operations.programmes import raise_version, unchanged_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.proposals import proposals_for
from tenken.inspection.states import programme_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.policy.queries.bank import ItemOnDate, items_on

_CHOSEN_BY_HAND = "事務局が選んだ"
_REASON_LIMIT = 500


@transaction.atomic
def choose_questions(
    *,
    by: Principal,
    programme: Programme,
    item_codes: Sequence[str],
    version: int,
    because: Mapping[str, str] | None = None,
    on: date | None = None,
) -> SheetForm:
    """Build the programme's sheet from bank items, in the bank's order, each in its wording in force on the date.

    Each question keeps why it is asked: what *because* says of its code, else what ``queries.proposals`` finds, else
    that it was chosen by hand. Until the launch the choice can be made again. ``Invalid`` names codes the bank does
    not have.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = unchanged_programme(by, programme, version)
    programme_after(programme.status, "change")
    day = on or by.on
    items = items_on(programme.city.pk, day)
    unknown = sorted(set(item_codes) - {item.item.code for item in items})
    if unknown:
        raise Invalid(
            "ない点検項目が選ばれています。", [Problem(code, "点検項目", "items") for code in unknown]
        )
    if not item_codes:
        raise Invalid(
            "点検項目を1つ以上選んでください。", [Problem("選ばれていません。", "点検項目", "items")]
        )
    proposals = proposals_for(programme, items, day)
    said, chosen = because or {}, set(item_codes)
    reasons = {code: said.get(code) or proposals.because(code) or _CHOSEN_BY_HAND for code in chosen}
    form = write_questions(programme, [item for item in items if item.item.code in chosen], reasons)
    raise_version(programme)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.choose_questions",
        subject=("inspection.programme", programme.pk),
        changes={
            "items": sorted(item_codes),
            "because": reasons,
            "not_taken": {code: proposals.because(code) for code in proposals.reasons if code not in chosen},
        },
        business_date=on,
    )
    return form


def write_questions(
    programme: Programme, items: Sequence[ItemOnDate], because: Mapping[str, str]
) -> SheetForm:
    """Make *items* the questions of a programme nobody has seen yet, numbered by 調査項目: 1-1, 1-2 … 2-1."""
    form, _ = SheetForm.objects.get_or_create(programme=programme, version=1)
    Question.objects.filter(form=form).delete()
    questions: list[Question] = []
    chapter, place, category = 0, 0, None
    for order, item in enumerate(items, start=1):
        if item.category.pk != category:
            chapter, place, category = chapter + 1, 0, item.category.pk
        place += 1
        questions.append(
            Question(
                form=form,
                order=order,
                number=f"{chapter}-{place}",
                category=item.category,
                revision=item.revision,
                chosen_because=because.get(item.item.code, "")[:_REASON_LIMIT],
            )
        )
    Question.objects.bulk_create(questions)
    return form
