"""Programmes and sheets as tests need them, written through the operations. The bank is a small one of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tenken.inspection.models import Answer, Programme, Question, Sheet
from tenken.inspection.operations import (
    StagePlan,
    accept,
    approve,
    choose_questions,
    launch,
    plan_programme,
    save_answer,
    submit,
)
from tenken.organization.access import Principal, system_principal
from tenken.organization.models import City, Unit
from tenken.policy.models import CheckCategory, CheckItem, CheckItemRevision

YEAR = 2026
LAUNCHED = date(2026, 7, 1)
BANK_FROM = date(2013, 4, 1)
CATEGORIES = (
    ("clear-desk", "クリアデスク", "management"),
    ("media", "記録媒体の管理", "management"),
    ("backup", "バックアップ", "risk"),
)
ITEMS = {
    "clear-desk.leave": "clear-desk",
    "clear-desk.printer": "clear-desk",
    "media.ledger": "media",
    "media.lock": "media",
    "backup.copy": "backup",
    "backup.test": "backup",
}
QUESTIONS = {
    "clear-desk.leave": "机の上に、個人情報を記した書類を置いたまま席を離れていないか。",
    "clear-desk.printer": "プリンターに、印刷した書類を置いたままにしていないか。",
    "media.ledger": "USBメモリを、台帳と突き合わせて確かめているか。",
    "media.lock": "記録媒体を、鍵のかかる場所に保管しているか。",
    "backup.copy": "重要な情報の複製を、定期に作っているか。",
    "backup.test": "複製から元に戻せることを、確かめているか。",
}


def make_bank(city: City) -> None:
    """Give *city* six items in three 調査項目."""
    categories = {
        code: CheckCategory.objects.create(city=city, code=code, name=name, part=part, order=order)
        for order, (code, name, part) in enumerate(CATEGORIES, start=1)
    }
    for code, category in ITEMS.items():
        add_item(city, code, categories[category], QUESTIONS[code])


def add_item(city: City, code: str, category: CheckCategory, question: str) -> None:
    item = CheckItem.objects.create(city=city, code=code, category=category, standing=True)
    CheckItemRevision.objects.create(
        item=item,
        number=1,
        effective_from=BANK_FROM,
        question=question,
        purpose="漏えいを防ぐ。",
        how_to_check="終業時に見て回る。",
        good="机の上に何もない。",
        examples=["退庁時に当番が確かめる。"],
    )


def make_large_bank(city: City, count: int) -> None:
    """Give *city* *count* items in ten 調査項目 of each part, for counting queries."""
    for order in range(1, 21):
        part = "management" if order <= 10 else "risk"
        category = CheckCategory.objects.create(
            city=city, code=f"c{order}", name=f"調査項目{order}", part=part, order=order
        )
        for number in range(count // 20):
            add_item(city, f"i{order}-{number}", category, f"対策{order}の{number}を行っているか。")


def stages(year: int = YEAR) -> list[StagePlan]:
    """Return the four stages of document 001 in *year*."""
    rows = (
        ("self_inspection", "自己点検", date(year, 7, 1), date(year, 8, 31)),
        ("improvement", "改善取組", date(year, 9, 1), date(year, 10, 31)),
        ("visit", "訪問調査", date(year, 11, 1), date(year, 11, 30)),
        ("follow_up", "フォローアップ", date(year, 12, 1), date(year + 1, 3, 31)),
    )
    return [StagePlan(*row, target="全庁", purpose="現状をつかむ。", outline="点検する。") for row in rows]


def system(city: City, on: date = LAUNCHED) -> Principal:
    return system_principal(city, "test", on=on)


def planned(city: City, year: int = YEAR, **values: Any) -> Programme:
    """Plan a programme; its questions are not chosen yet."""
    given = {"name": f"{year}年度情報セキュリティ点検", "stages": stages(year)} | values
    return plan_programme(by=system(city, date(year, 7, 1)), city=city, fiscal_year=year, **given)


def with_questions(
    city: City, year: int = YEAR, items: Sequence[str] = tuple(ITEMS), **values: Any
) -> Programme:
    """Plan a programme with its questions chosen."""
    programme = planned(city, year, **values)
    by = system(city, date(year, 7, 1))
    choose_questions(by=by, programme=programme, item_codes=list(items), version=programme.version)
    programme.refresh_from_db()
    return programme


def running(city: City, year: int = YEAR, **values: Any) -> Programme:
    """Launch a programme on 1 July of *year*."""
    programme = with_questions(city, year, **values)
    launch(by=system(city, date(year, 7, 1)), programme=programme, version=programme.version)
    programme.refresh_from_db()
    return programme


def sheet_of(programme: Programme, unit: Unit) -> Sheet:
    """Return the sheet of *unit*, read anew."""
    return Sheet.objects.select_related("unit__city", "programme").get(programme=programme, unit=unit)


def question(sheet: Sheet, item: str) -> Question:
    return Question.objects.get(form=sheet.form_id, revision__item__code=item)


def give(
    by: Principal, sheet: Sheet, item: str, verdict: str, reason: str = "", comment: str = "", **more: Any
) -> Answer:
    """Save the answer to *item* over whatever is there."""
    key = question(sheet, item).pk
    present = Answer.objects.filter(sheet=sheet, question=key).first()
    version = more.pop("version", present.version if present else 0)
    return save_answer(
        by=by,
        sheet=sheet,
        question_id=key,
        verdict=verdict,
        reason=reason,
        comment=comment,
        version=version,
        **more,
    )


def filled(by: Principal, sheet: Sheet, issues: Mapping[str, str] | None = None) -> Sheet:
    """Answer every question: 適合 but for *issues* (item → what is wrong). Return the sheet read anew."""
    wrong = issues or {}
    for item in ITEMS:
        if item in wrong:
            give(by, sheet, item, "issue", wrong[item])
        else:
            give(by, sheet, item, "conforms")
    return Sheet.objects.select_related("unit__city", "programme").get(pk=sheet.pk)


def submitted(by: Principal, sheet: Sheet, issues: Mapping[str, str] | None = None, **more: Any) -> Sheet:
    sheet = filled(by, sheet, issues)
    return submit(by=by, sheet=sheet, version=sheet.version, **more)


def approved(
    by: Principal, manager: Principal, sheet: Sheet, issues: Mapping[str, str] | None = None, **more: Any
) -> Sheet:
    sheet = submitted(by, sheet, issues, **more)
    return approve(by=manager, sheet=sheet, version=sheet.version, **more)


def accepted(city: City, sheet: Sheet, issues: Mapping[str, str] | None = None, on: date = LAUNCHED) -> Sheet:
    """Bring *sheet* through to 受付済 as the system."""
    by = system(city, on)
    sheet = approved(by, by, sheet, issues, on=on)
    return accept(by=by, sheet=sheet, version=sheet.version, on=on)
