"""What the next sheet should ask, and why."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.findings.models import Finding
from tenken.inspection.models import Question
from tenken.inspection.operations import choose_questions
from tenken.inspection.queries.proposals import proposals_for
from tenken.inspection.rules.proposed_items import WORST, Looked, propose
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.policy.models import CheckItem
from tenken.policy.queries.bank import items_on
from tests.factories import Scenario
from tests.inspection.makers import accepted, planned, running, sheet_of

NOW = date(2026, 7, 15)


def test_each_reason_carries_its_number() -> None:
    found = propose(
        [
            Looked("a", standing=True, issues=12, not_improved=3),
            Looked("b", relapsed=2, found_by_visits=1, clauses=("第5条 端末", "第6条 媒体")),
            Looked("c"),
        ]
    )
    assert found == {
        "a": ("毎年の項目", "前回、課題が1番目に多かった（12課）", "改善が済んでいない（3課）"),
        "b": (
            "改善したあとに再発した（2課）",
            "自己点検になかった課題を訪問調査で見つけた（1課）",
            "根拠の条が改定された（第5条 端末、第6条 媒体）",
        ),
    }


def test_the_worst_are_five_places_and_whoever_shares_the_last() -> None:
    found = propose(
        [Looked(f"i{number}", issues=count) for number, count in enumerate([9, 8, 7, 6, 5, 5, 4, 0])]
    )
    assert list(found) == ["i0", "i1", "i2", "i3", "i4", "i5"]
    assert len(found) > WORST
    assert found["i5"] == ("前回、課題が5番目に多かった（5課）",)


@pytest.mark.django_db
def test_the_last_inspection_speaks(bank: Scenario) -> None:
    CheckItem.objects.update(standing=False)
    before = running(bank.city, 2025)
    accepted(bank.city, sheet_of(before, bank.section_a1), {"media.lock": "鍵がない"}, on=date(2025, 7, 20))
    accepted(bank.city, sheet_of(before, bank.section_a2), {"media.lock": "鍵がない", "backup.copy": "ない"})
    Finding.objects.filter(item_code="backup.copy").update(
        status="verified", action="複製した", action_on=date(2025, 9, 1), closed_on=date(2025, 9, 1)
    )
    Finding.objects.create(
        city=bank.city,
        unit=bank.section_b1,
        fiscal_year=2025,
        number=90,
        origin="visit",
        origin_key="visit:1",
        item_code="media.ledger",
        title="台帳がない",
        opened_on=date(2025, 11, 10),
    )
    programme = planned(bank.city)
    found = proposals_for(programme, items_on(bank.city.pk, NOW), NOW)
    assert found.basis == before
    assert found.reasons == {
        "media.lock": ("前回、課題が1番目に多かった（2課）", "改善が済んでいない（2課）"),
        "media.ledger": ("改善が済んでいない（1課）", "自己点検になかった課題を訪問調査で見つけた（1課）"),
        "backup.copy": ("前回、課題が2番目に多かった（1課）",),
    }


@pytest.mark.django_db
def test_each_question_keeps_why_it_is_asked(bank: Scenario) -> None:
    CheckItem.objects.exclude(code="media.lock").update(standing=False)
    programme = planned(bank.city)
    choose_questions(
        by=bank.by("secretariat"),
        programme=programme,
        item_codes=["backup.copy", "clear-desk.leave"],
        because={"backup.copy": "監査の指摘"},
        version=1,
    )
    kept = dict(Question.objects.values_list("revision__item__code", "chosen_because"))
    assert kept == {"backup.copy": "監査の指摘", "clear-desk.leave": "事務局が選んだ"}
    changes = read_payload(Entry.objects.get(operation="inspection.programme.choose_questions"))
    assert changes is not None
    assert changes["not_taken"] == {"media.lock": "毎年の項目"}
