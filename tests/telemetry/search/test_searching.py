"""Searching: the three samples of document 004, who may, for which purpose, and that it is recorded."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.organization.access import system_principal
from tenken.organization.models import Role, Unit
from tenken.organization.operations import rename_unit
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import SearchPurpose, SearchRecord
from tenken.telemetry.permissions import SEARCH_EVENTS, VIEW_SEARCHES
from tenken.telemetry.search import searching
from tenken.telemetry.search.criteria import Criteria, of_days
from tenken.telemetry.search.numbers import day_counts
from tenken.telemetry.search.purposes import (
    PurposeNeeded,
    current_purpose,
    end_purpose,
    require_purpose,
    state_purpose,
)
from tenken.telemetry.search.reading import Key
from tenken.telemetry.search.stories import sentence
from tenken.telemetry.store import Store
from tests.factories import make_other_city, make_person, make_unit, principal
from tests.telemetry.search.world import Town, event, japan

pytestmark = pytest.mark.django_db


def _searcher(town: Town) -> Any:
    by = town.scenario.by("secretariat")
    state_purpose(by=by, kind="incident", text="持出しの疑いの調査")
    return by


@pytest.mark.parametrize(
    ("section", "day", "word", "told"),
    [
        ("residents", date(2020, 12, 1), "戸籍データx", "サーバから 戸籍データX を閲覧"),
        (
            "roads",
            date(2021, 1, 20),
            "Ｙ土木建築会社",
            "k@y-doboku.example にメール「工事図面の送付（Y土木建築会社 K様）」を送信（添付：工事図面.pdf）",
        ),
        ("tourism", date(2021, 2, 10), "桟橋.JPG", "サーバの 桟橋.jpg の名前を Ｘ桟橋Ｘ.jpg に変更"),
    ],
)
def test_the_three_samples_are_found_by_section_date_and_word(
    filled: Town, section: str, day: date, word: str, told: str
) -> None:
    unit: Unit = getattr(filled, section)
    found = searching.search(by=_searcher(filled), criteria=of_days(day, day, unit=unit.pk, words=word))
    assert [sentence(row) for row in found.page.rows] == [told]
    assert found.page.after is None


def test_pages_follow_each_other_without_gap_or_double(filled: Town) -> None:
    by = _searcher(filled)
    found = searching.search(by=by, criteria=of_days(date(2020, 12, 1), date(2021, 2, 28)))
    rows = list(found.page.rows)
    while found.page.after:
        found = searching.go_on(by=by, search_id=found.record.pk, after=found.page.after)
        rows += found.page.rows
    assert len(rows) == 603
    keys = [(row["ts"], row["payload"], row["seq"]) for row in rows]
    assert keys == sorted(set(keys), reverse=True)
    assert SearchRecord.objects.get(pk=found.record.pk).shown == 603


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({}, 201),
        ({"device": "PC-0101"}, 68),
        ({"operations": ("web_override", "mail_send")}, 66),
        ({"disposition": "overridden"}, 33),
        ({"off_hours": True}, 9),
        ({"drive": "network", "words": "住民"}, 34),
        ({"source": "MAIL"}, 0),
        ({"words": "住民 -戸籍"}, 33),
    ],
)
def test_each_condition_narrows(filled: Town, more: dict[str, Any], number: int) -> None:
    day = date(2020, 12, 1)
    _, told = searching.numbers_of_search(
        by=(by := _searcher(filled)),
        search_id=searching.search(by=by, criteria=of_days(day, day, **more)).record.pk,
    )
    assert told.total == number
    assert sum(bar.events for bar in told.bars) == number
    assert len(told.bars) == 24


def test_numbers_beside_a_search(filled: Town) -> None:
    by = _searcher(filled)
    day = date(2020, 12, 1)
    criteria = of_days(day, day, person=filled.clerk_a.number)
    record = searching.search(by=by, criteria=criteria).record
    _, told = searching.numbers_of_search(by=by, search_id=record.pk)
    assert dict(told.facets["op"]) == {"record_view": 34, "file_open": 34}
    assert told.facets["section"] == ((filled.residents.code, 68),)
    assert told.facets["device"] == (("PC-0101", 68),)
    month = day_counts(by.city_code, date(2020, 12, 1), date(2020, 12, 31), by=("section",))
    assert {row["section"]: row["events"] for row in month}[filled.residents.code] == 68


def test_a_search_is_recorded_where_it_can_be_read(filled: Town) -> None:
    by = _searcher(filled)
    found = searching.search(
        by=by, criteria=of_days(date(2020, 12, 1), date(2020, 12, 1), words="戸籍データX")
    )
    row = SearchRecord.objects.get()
    assert (row.pk, row.person_id, row.shown, row.exported) == (found.record.pk, by.person_id, 1, False)
    assert row.summary == "2020-12-01、語「戸籍データX」"
    assert str(row.purpose) == "事故・異常の調査：持出しの疑いの調査"
    assert Criteria.from_json(row.criteria).words == "戸籍データX"
    assert Entry.objects.filter(operation="telemetry.search.made", subject_id=str(row.pk)).exists()
    note = PersonalDataAccess.objects.get(subject_type="telemetry.search")
    assert (note.rows, note.purpose) == (1, "操作ログの検索（事故・異常の調査：持出しの疑いの調査）")
    for role, number in (("auditor", 1), ("ciso", 1), ("section_manager", 0)):
        reader = filled.scenario.by(role)
        assert SearchRecord.objects.restrict(reader, VIEW_SEARCHES).count() == number


def test_without_a_purpose_nothing_is_shown(filled: Town) -> None:
    by = filled.scenario.by("secretariat")
    criteria = of_days(date(2020, 12, 1), date(2020, 12, 1))
    with pytest.raises(PurposeNeeded):
        searching.search(by=by, criteria=criteria)
    with pytest.raises(Invalid, match="目的の内容を入力"):
        state_purpose(by=by, kind="audit", text="　")
    with pytest.raises(Invalid, match="目的を選んで"):
        state_purpose(by=by, kind="curiosity", text="見たい")
    assert not SearchPurpose.objects.exists()
    assert not SearchRecord.objects.exists()


def test_a_purpose_holds_for_a_session_of_work(filled: Town) -> None:
    by = filled.scenario.by("secretariat")
    begun = datetime.fromisoformat("2026-11-20T00:00:00+00:00")
    with time_machine.travel(begun, tick=False) as clock:
        first = state_purpose(by=by, kind="audit", text="監査")
        clock.shift(timedelta(hours=7, minutes=59))
        assert require_purpose(by) == first
        second = state_purpose(by=by, kind="alert", text="アラート12番")
        assert require_purpose(by) == second
        clock.shift(timedelta(hours=8))
        assert current_purpose(by) is None
        state_purpose(by=by, kind="alert", text="アラート12番")
        end_purpose(by=by)
        end_purpose(by=by)
        assert current_purpose(by) is None
    assert Entry.objects.filter(operation="telemetry.purpose.ended").count() == 1


@pytest.mark.parametrize("role", ["section_manager", "auditor", "ciso", "network_manager", "staff"])
def test_who_may_not_search(filled: Town, role: str) -> None:
    by = filled.scenario.by(role)
    with pytest.raises(Denied):
        state_purpose(by=by, kind="audit", text="監査")
    with pytest.raises(Denied):
        searching.search(by=by, criteria=of_days(date(2020, 12, 1), date(2020, 12, 1)))
    with pytest.raises(Denied):
        state_purpose(by=system_principal(by.city, "x"), kind="audit", text="監査")


def test_whoever_searches_for_a_section_sees_that_section(filled: Town) -> None:
    role = Role.objects.get(city=filled.scenario.city, code="deputy")
    role.capabilities = [*role.capabilities, SEARCH_EVENTS.code]
    role.save()
    person = make_person(filled.scenario.city, role="deputy", unit=filled.roads)
    by = principal(person)
    state_purpose(by=by, kind="support", text="所属の職員からの問合せ")
    every = of_days(date(2020, 12, 1), date(2021, 2, 28))
    found = searching.search(by=by, criteria=every)
    assert {row["section"] for row in found.page.rows} == {filled.roads.code}
    hidden = searching.search(
        by=by, criteria=of_days(date(2020, 12, 1), date(2020, 12, 1), words="戸籍データX")
    )
    assert hidden.page.rows == []
    with pytest.raises(Missing):
        searching.look_at(by=by, key=Key(int(japan(2020, 12, 1, 10, 30).timestamp() * 1000), 1, 0))
    _, life = searching.life_of(
        by=by,
        path="\\\\KOSEKI\\住民戸籍\\戸籍データX",
        at=japan(2020, 12, 1, 10, 30),
        since=japan(2020, 12, 1),
        until=japan(2021, 1, 1),
    )
    assert life.steps == []


def test_a_search_of_another_person_is_not_gone_on_with(filled: Town) -> None:
    by = _searcher(filled)
    found = searching.search(by=by, criteria=of_days(date(2020, 12, 1), date(2020, 12, 1)))
    other = principal(make_person(filled.scenario.city, role="secretariat", unit=filled.scenario.root))
    state_purpose(by=other, kind="audit", text="監査")
    assert found.page.after is not None
    with pytest.raises(Missing):
        searching.go_on(by=other, search_id=found.record.pk, after=found.page.after)
    with pytest.raises(Missing):
        searching.numbers_of_search(by=other, search_id=found.record.pk)


def test_another_city_is_never_seen(filled: Town) -> None:
    foreign = make_other_city().by("secretariat")
    state_purpose(by=foreign, kind="audit", text="監査")
    found = searching.search(by=foreign, criteria=of_days(date(2020, 12, 1), date(2021, 2, 28)))
    assert found.page.rows == []
    with pytest.raises(Missing):
        searching.look_at(by=foreign, key=Key(int(japan(2020, 12, 1, 10, 30).timestamp() * 1000), 1, 0))


def test_a_section_is_followed_through_its_names_and_a_code_used_again_is_not(
    event_store: Store, town: Town
) -> None:
    """観光課 becomes 観光振興課 under another code; its old code is given to a new section of another bureau."""
    by = system_principal(town.scenario.city, "test", on=date(2021, 4, 1))
    old = town.tourism
    new = rename_unit(by=by, unit=old, name="観光振興課", code="K-NEW", on=date(2021, 4, 1))
    town.scenario.city.refresh_from_db()
    reused = make_unit(town.scenario.city, "新設課", parent=town.scenario.bureau_a, code="K-LATER")
    Unit.objects.filter(pk=reused.pk).update(code=old.code, valid_from=date(2021, 4, 1))
    town.scenario.city.organization_version += 1
    town.scenario.city.save()
    event_store.insert(
        "events",
        table_of(
            [
                event(town, japan(2021, 2, 1, 9), 1, section=old.code, op="web", title="改称前の観光課"),
                event(town, japan(2021, 5, 1, 9), 2, section="K-NEW", op="web", title="改称後の観光課"),
                event(town, japan(2021, 5, 1, 9), 3, section=old.code, op="web", title="別の課"),
            ]
        ),
    )
    reader = town.scenario.by("secretariat")
    state_purpose(by=reader, kind="audit", text="監査")
    criteria = of_days(date(2021, 1, 1), date(2021, 6, 1), unit=new.pk)
    found = searching.search(by=reader, criteria=criteria)
    assert [row["title"] for row in found.page.rows] == ["改称後の観光課", "改称前の観光課"]


def test_a_bureau_includes_what_stands_below(filled: Town) -> None:
    from tenken.organization.tree import tree_of

    by = _searcher(filled)
    bureau = tree_of(by.city, by.on).parent[filled.roads.pk]
    found = searching.search(by=by, criteria=of_days(date(2021, 1, 20), date(2021, 1, 20), unit=bureau))
    assert {row["section"] for row in found.page.rows} == {filled.roads.code}
    with pytest.raises(Missing):
        searching.search(by=by, criteria=of_days(date(2021, 1, 20), date(2021, 1, 20), unit=999_999))


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (japan(2021, 1, 2), japan(2021, 1, 2), "始まりより後"),
        (japan(1990, 1, 1), japan(2021, 1, 1), "20年まで"),
    ],
)
def test_a_period_that_is_none_is_refused(town: Town, since: datetime, until: datetime, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        searching.search(by=_searcher(town), criteria=Criteria(since=since, until=until))


def test_one_event_with_its_raw_payload(event_store: Store, filled: Town) -> None:
    import pyarrow as pa

    by = _searcher(filled)
    key = Key(int(japan(2020, 12, 1, 10, 30).timestamp() * 1000), 1, 0)
    record, row, raw = searching.look_at(by=by, key=key)
    assert (row["path"], raw, record.kind, record.shown) == (
        "\\\\KOSEKI\\住民戸籍\\戸籍データX",
        None,
        "event",
        1,
    )
    event_store.insert(
        "raw_payloads",
        pa.table(
            {
                "city": [by.city_code],
                "received": pa.array([row["received"]], pa.timestamp("ms", tz="UTC")),
                "payload": pa.array([1], pa.uint64()),
                "source": ["EDR"],
                "peer": [""],
                "delete_on": pa.array([date(2100, 1, 1)], pa.date32()),
                "body": pa.array([b"\x8c\xcb\xd0,X"], pa.binary()),
            }
        ),
    )
    assert searching.look_at(by=by, key=key)[2] == b"\x8c\xcb\xd0,X"
    role = Role.objects.get(city=filled.scenario.city, code="deputy")
    role.capabilities = [*role.capabilities, SEARCH_EVENTS.code]
    role.save()
    unit = Unit.objects.get(city=filled.scenario.city, code=row["section"])
    narrow = principal(make_person(filled.scenario.city, role="deputy", unit=unit))
    state_purpose(by=narrow, kind="support", text="所属の職員からの問合せ")
    _, same, raw = searching.look_at(by=narrow, key=key)
    assert (same["path"], raw) == (row["path"], None), "the payload holds other sections' events too"


def test_one_day_of_a_terminal_and_of_a_person(filled: Town) -> None:
    by = _searcher(filled)
    day = searching.day_of(by=by, day=date(2020, 12, 1), device="PC-0101")
    assert (day.events, day.cut, day.record.kind) == (68, False, "terminal_day")
    told = [line.text for session in day.sessions for line in session.lines]
    assert "サーバから 戸籍データX を閲覧" in told
    person = searching.day_of(by=by, day=date(2020, 12, 1), person=filled.clerk_a.number)
    assert person.events == 68
    assert searching.day_of(by=by, day=date(2020, 12, 2), device="PC-0101").sessions == []
