"""The lock in front of SQLite's: in order, one at a time, never lost."""

from __future__ import annotations

import threading
import time

from tenken.config.sqlite3.base import WriterQueue


def _waiting(queue: WriterQueue, count: int) -> None:
    deadline = time.monotonic() + 5
    while len(queue._waiting) != count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_serves_in_the_order_of_coming() -> None:
    queue = WriterQueue()
    assert queue.acquire(1)
    served: list[int] = []

    def come(number: int) -> None:
        assert queue.acquire(5)
        served.append(number)
        queue.release()

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=come, args=(number,)))
        threads[-1].start()
        _waiting(queue, number + 1)
    queue.release()
    for thread in threads:
        thread.join()
    assert served == list(range(6))
    assert queue.acquire(0)


def test_one_at_a_time() -> None:
    queue, inside, most = WriterQueue(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(100):
            assert queue.acquire(10)
            inside += 1
            most = max(most, inside)
            time.sleep(0)
            inside -= 1
            queue.release()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_who_gives_up_is_passed_over() -> None:
    queue = WriterQueue()
    assert queue.acquire(1)
    assert not queue.acquire(0.01)
    queue.release()
    assert queue.acquire(0)
    queue.release()


def test_a_turn_that_comes_with_the_time_out_is_not_lost() -> None:
    queue = WriterQueue()
    for _ in range(200):
        assert queue.acquire(1)
        threading.Timer(0.001, queue.release).start()
        if queue.acquire(0.001):
            queue.release()
        deadline = time.monotonic() + 5
        while not queue.acquire(0.001):
            assert time.monotonic() < deadline, "the lock was lost"
        queue.release()
