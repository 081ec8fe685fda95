from __future__ import annotations

from datetime import date

import pytest

from tenken.common.refusals import Denied, Invalid, Stale
from tenken.jobs.models import Job
from tenken.journal.models import Entry
from tenken.organization.access import Principal
from tenken.telemetry.models import Archive, EventDeletion, LegalHold, RetentionClass
from tenken.telemetry.retention import events, operations, tasks
from tenken.telemetry.retention.operations import HoldData
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.retention.conftest import OCTOBER

pytestmark = pytest.mark.django_db


def _night(city_code: str, day: date) -> Job:
    """The night's job, done by the function that the worker would call."""
    tasks.ask_for_night(city_code, day)
    job = Job.objects.filter(kind=tasks.NIGHTLY).latest("pk")
    tasks.run_night(job)
    return job


def test_nothing_goes_before_it_is_laid_aside(october: Store, keeper: Principal) -> None:
    with pytest.raises(Stale, match="保管ファイルにしてから"):
        operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    assert events.count(october, keeper.city_code, "operation", OCTOBER) == 1000


def test_what_is_held_stays_and_the_rest_goes_and_the_journal_says_so(
    october: Store, keeper: Principal
) -> None:
    operations.archive_month(by=keeper, retention="operation", month=OCTOBER)
    operations.order_hold(
        by=keeper,
        data=HoldData(
            "情報漏えいの調査", "本部長の指示", date(2026, 10, 2), date(2026, 10, 9), sections=("A1",)
        ),
    )
    expected = sum(
        1 for n in range(1000) if n % 2 and 24 * 60 <= 44 * n < 9 * 24 * 60
    )  # 44 minutes apart, odd ones in A1
    done = operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    assert (done.rows, done.held) == (1000 - expected, expected)
    assert events.count(october, keeper.city_code, "operation", OCTOBER) == expected
    assert Entry.objects.filter(operation="telemetry.events.delete").count() == 1
    hold = LegalHold.objects.get()
    operations.release_hold(by=keeper, hold=hold, because="調査の終了")
    operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    assert events.count(october, keeper.city_code, "operation", OCTOBER) == 0


def test_the_night_lays_aside_and_deletes_what_is_due(october: Store, keeper: Principal) -> None:
    kept = RetentionClass.objects.get(code="operation")
    operations.change_class(
        by=keeper, kept=kept, keep_months=1, archive=True, archive_years=5, version=kept.version
    )
    assert tasks.cities_with_events(keeper.on) == [keeper.city_code]
    _night(keeper.city_code, date(2026, 11, 21))
    assert Archive.objects.get().rows == 1000
    assert not EventDeletion.objects.exists()  # October stays through November
    _night(keeper.city_code, date(2026, 12, 12))
    assert EventDeletion.objects.get(month=OCTOBER).rows == 1000


def test_an_archive_under_hold_is_not_discarded(october: Store, keeper: Principal) -> None:
    archive = operations.archive_month(by=keeper, retention="operation", month=OCTOBER)
    operations.order_hold(by=keeper, data=HoldData("調査", "指示", date(2026, 9, 30)))
    with pytest.raises(Stale, match="保全"):
        operations.discard_archive(by=keeper, archive=archive)


def test_a_released_hold_cannot_be_released_again(keeper: Principal) -> None:
    hold = operations.order_hold(by=keeper, data=HoldData("調査", "指示", date(2026, 9, 30)))
    operations.release_hold(by=keeper, hold=hold, because="終了")
    with pytest.raises(Stale):
        operations.release_hold(by=keeper, hold=hold, because="終了")


def test_bad_words_are_told_with_their_place(keeper: Principal) -> None:
    with pytest.raises(Invalid) as refused:
        operations.order_hold(by=keeper, data=HoldData("", "　", date(2026, 9, 30), date(2026, 9, 1)))
    assert [problem.place for problem in refused.value.problems] == ["件名", "理由", "いつの操作まで"]


def test_a_section_manager_may_not(scenario: Scenario) -> None:
    by = scenario.by("section_manager")
    with pytest.raises(Denied):
        operations.order_hold(by=by, data=HoldData("調査", "指示", date(2026, 9, 30)))
