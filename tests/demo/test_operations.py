"""The operations that are played: the same from the same seed, an office's curve, the stories as told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from tenken.common.clock import JAPAN
from tenken.demo.telemetry.operations import block_of, day_of
from tenken.demo.telemetry.population import Population, invented
from tenken.demo.telemetry.sending import lines_of
from tenken.demo.telemetry.stories import SAMPLES, stories
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.wire.json_lines import read_json_lines

FRIDAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def city() -> Population:
    return invented("991015", 600, seed=3)


def test_a_city_has_as_many_terminals_as_asked_each_once(city: Population) -> None:
    assert len(city.seats) == len({seat.computer for seat in city.seats}) == 600
    assert sum(seat.server for seat in city.seats) == 12
    assert len(city.section_names) == len({seat.section for seat in city.seats})


def test_a_day_is_the_same_from_the_same_seed(city: Population) -> None:
    day = day_of(city, FRIDAY, 2000, seed=7)
    assert day.equals(day_of(city, FRIDAY, 2000, seed=7))
    assert not day.equals(day_of(city, FRIDAY, 2000, seed=8))
    assert not day.equals(day_of(city, date(2026, 11, 19), 2000, seed=7))


def test_a_day_lies_in_its_day_in_order_and_is_of_known_operations(city: Population) -> None:
    day = day_of(city, FRIDAY, 5000, seed=7)
    moments = [moment.astimezone(JAPAN) for moment in day.column("ts").to_pylist()]
    assert moments == sorted(moments)
    assert {moment.date() for moment in moments} == {FRIDAY}
    operations = Counter(day.column("op").to_pylist())
    assert set(operations) <= set(BY_CODE)
    assert operations["file_open"] > operations["print"] > 0
    assert set(day.column_names) <= set(BY_NAME)
    busy = sum(9 <= moment.hour < 12 for moment in moments)
    assert busy > 10 * sum(moment.hour < 6 for moment in moments)


def test_few_work_late_or_on_closed_days(city: Population) -> None:
    closed = day_of(city, date(2026, 11, 21), 20_000, seed=7, open_day=False)
    assert closed.num_rows == 600  # 3 %
    assert len(set(closed.column("computer").to_pylist())) <= 600 // 150
    day = day_of(city, FRIDAY, 20_000, seed=7)
    late = {row["computer"] for row in day.to_pylist() if not 8 <= row["ts"].astimezone(JAPAN).hour < 19}
    assert 0 < len(late) <= 600 // 150


def test_a_block_is_spread_over_its_seconds(city: Population) -> None:
    begin = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    block = block_of(city, begin, 2.0, 500, seed=1)
    moments = block.column("ts").to_pylist()
    assert block.num_rows == 500
    assert begin <= min(moments) <= max(moments) < datetime(2026, 11, 20, 3, 0, 2, tzinfo=UTC)


def test_what_is_sent_is_read_back_as_it_was_played(city: Population) -> None:
    day = day_of(city, FRIDAY, 1000, seed=7)
    received = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    parsed = read_json_lines(lines_of(day), dialect="tenken", received=received)
    assert parsed.rejects == ()
    assert parsed.events is not None
    for column in ("ts", "op", "user", "path", "mail_to", "attachments", "bytes_in", "host"):
        assert parsed.events.column(column).to_pylist() == day.column(column).to_pylist(), column


def test_the_samples_of_document_004_stand_at_their_minute(city: Population) -> None:
    told = stories(city, FRIDAY, lambda day: day.weekday() > 4)
    at = {story.day: story.rows[0]["ts"].strftime("%H:%M") for story in told if story.day in SAMPLES}
    assert at == {SAMPLES[0]: "10:30", SAMPLES[1]: "13:35", SAMPLES[2]: "17:13"}


def test_stories_lie_in_the_month_before_and_are_events(city: Population) -> None:
    for story in stories(city, FRIDAY, lambda day: day.weekday() > 4):
        assert story.table().num_rows == len(story.rows) > 0
        moments = [row["ts"] for row in story.rows]
        assert moments == sorted(moments), story.title
        if story.day not in SAMPLES:
            assert 0 < (FRIDAY - story.day).days <= 30, story.title
