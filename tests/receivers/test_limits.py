"""The bounds by themselves."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.receivers.limits import Bucket, ByteBudget, Exhausted, Misses, Room, WrongKeys, spread


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.floats(min_value=0, max_value=3600))
def test_a_time_to_come_again_is_never_earlier_than_asked(seconds: float) -> None:
    assert max(1, round(seconds)) <= spread(seconds) <= 3 * max(1, round(seconds))


@given(st.lists(st.integers(min_value=1, max_value=120), min_size=1, max_size=60))
def test_a_budget_is_never_overdrawn_and_serves_in_order(amounts: list[int]) -> None:
    async def run() -> None:
        budget = ByteBudget(100, wait=5)
        held, order = 0, []

        async def one(number: int, amount: int) -> None:
            nonlocal held
            async with budget.hold(amount) as mine:
                held += mine.amount
                order.append(number)
                assert held <= 100
                await asyncio.sleep(0)
                held -= mine.amount

        await asyncio.gather(*(one(number, amount) for number, amount in enumerate(amounts)))
        assert budget.free == 100
        assert order == sorted(order)

    asyncio.run(run())


def test_who_waits_too_long_or_goes_away_holds_nothing() -> None:
    async def run() -> None:
        budget = ByteBudget(10, wait=0.05)
        async with budget.hold(10) as held:
            with pytest.raises(Exhausted):
                async with budget.hold(1):
                    raise AssertionError
            waiting = asyncio.ensure_future(budget._take(5))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(Exhausted):
                held.grow(1)
        assert (budget.free, budget.waiting) == (10, 0)
        async with budget.hold(4) as held:
            held.grow(6)
            assert budget.free == 0
        assert budget.free == 10

    asyncio.run(run())


def test_a_bucket_lets_ten_seconds_through_and_then_asks_for_the_debt() -> None:
    clock = Clock()
    bucket = Bucket(100, clock)
    assert bucket.wait() == 0
    bucket.spend(1500)
    assert bucket.wait() == pytest.approx(5)
    clock.now += 5
    assert bucket.wait() == 0
    clock.now += 1000
    bucket.spend(1000)
    assert bucket.wait() == 0


def test_wrong_keys_are_counted_by_address_and_minute() -> None:
    clock = Clock()
    wrong = WrongKeys(3, addresses=2, clock=clock)
    assert [wrong.count("a") for _ in range(5)] == [False, False, False, True, True]
    assert wrong.count("b") is False
    assert wrong.recent() == [("b", 1), ("a", 5)]
    clock.now += 61
    assert wrong.count("a") is False
    wrong.count("c")
    assert [address for address, _ in wrong.recent()] == ["c", "a"]
    assert wrong.total == 8


def test_room_is_taken_as_it_is_needed_and_given_back_whatever_happens() -> None:
    room = Room(10)
    with room.hold() as take, room.hold() as other:
        take(6)
        other(4)
        with pytest.raises(Exhausted):
            other(1)
        assert room.free == 0
    assert room.free == 10


def test_room_is_given_back_when_reading_fails() -> None:
    room = Room(10)
    with pytest.raises(Exhausted), room.hold() as take:
        take(11)
    with pytest.raises(ZeroDivisionError), room.hold() as take:
        take(3 // (room.free - 10))
    assert room.free == 10


def test_keys_looked_for_in_vain_are_remembered_for_a_time_and_not_without_end() -> None:
    clock = Clock()
    misses = Misses(60, most=3, clock=clock)
    for key in "abcd":
        misses.add(key)
    assert [key in misses for key in "abcd"] == [False, True, True, True]
    assert len(misses) == 3
    clock.now += 61
    assert "d" not in misses
