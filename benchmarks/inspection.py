"""The inspection's bars, over HTTP: sign-in, permissions, journal and page rendering included."""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import connections, transaction

from benchmarks.bars import Figure, p95
from benchmarks.city import PASSWORD, QUESTIONS, SECTIONS, Prepared, prepare
from benchmarks.server import Visitor, serving
from tenken.common import clock
from tenken.inspection.models import Answer, Programme, Question, Sheet
from tenken.journal.verification import verify
from tenken.reports.printing import print_paper

_VERSION = re.compile(r'name="version" value="(\d+)"')
SAVES = 120
PAGES = 100


def measure(home: Path) -> Iterator[Figure]:
    """Prepare the city in *home* and yield every figure of the area."""
    start = time.perf_counter()
    city = prepare()
    print(
        f"# {SECTIONS} sections, {len(city.past_years)} past years, {Answer.objects.count():,} answers, "
        f"prepared in {time.perf_counter() - start:.0f} s",
        file=sys.stderr,
    )
    connections.close_all()
    with serving(home) as port:
        yield from _walk(city, port)
    outcome = verify(city.city.code)
    yield Figure(f"journal verify, {outcome.entries:,} entries: faults", len(outcome.faults), "", 0)
    yield from _papers(city)


def _walk(city: Prepared, port: int) -> Iterator[Figure]:
    secretariat = Visitor(port)
    secretariat.sign_in(city.secretariat, PASSWORD)
    launches = []
    for programme in city.waiting:
        version = _VERSION.search(secretariat.get(f"/inspection/{programme.pk}/launch/"))
        if version is None:
            raise RuntimeError("the launch page shows no version")
        secretariat.post(f"/inspection/{programme.pk}/launch/", {"version": version[1]})
        launches.append(secretariat.seconds)
    name = f"launch {SECTIONS} sections × {QUESTIONS} items, slowest of {len(launches)}"
    yield Figure(name, max(launches), "s", 1.0)
    rows, whole = _peers(city.waiting[-1])
    yield Figure("  peer: the same launch with one row an answer", whole, "s")
    yield Figure(f"  ratio ({rows:,} rows / {SECTIONS} rows)", whole / max(launches), "×")

    programme = city.waiting[0]  # the one that follows ten years of its own
    clerks = [Visitor(port) for _ in city.clerks]
    for clerk, username in zip(clerks, city.clerks, strict=True):
        clerk.sign_in(username, PASSWORD)
    sheets = _sheets(city, programme)
    questions = list(
        Question.objects.filter(form__programme=programme).order_by("order").values_list("pk", flat=True)
    )
    yield from _saves(clerks, sheets, questions)
    yield from _pages(clerks, sheets)
    yield from _board(secretariat, programme)


def _peers(programme: Programme) -> tuple[int, float]:
    """Write one empty answer for every sheet and question, as platforms do that keep no sparse answers."""
    sheets = list(Sheet.objects.filter(programme=programme).values_list("pk", flat=True))
    questions = list(Question.objects.filter(form__programme=programme).values_list("pk", flat=True))
    moment = clock.now()
    start = time.perf_counter()
    with transaction.atomic():
        Answer.objects.bulk_create(
            (
                Answer(sheet_id=sheet, question_id=question, answered_by="", answered_at=moment)
                for sheet in sheets
                for question in questions
            ),
            batch_size=2_000,
        )
    seconds = time.perf_counter() - start
    connections.close_all()
    return len(sheets) * len(questions), seconds


def _sheets(city: Prepared, programme: Programme) -> list[int]:
    """Return the sheet of each clerk's section, in their order."""
    units = "unit__role_grants__post__assignments__person__number"
    found = dict(Sheet.objects.filter(programme=programme).values_list(units, "pk"))
    connections.close_all()
    return [found[number] for number in city.clerks]


def _save(clerk: Visitor, sheet: int, question: int, turn: int) -> float:
    clerk.post(
        f"/inspection/sheets/{sheet}/answers/{question}/",
        {
            "version": str(turn),
            f"question-{question}": ("conforms", "issue")[turn % 2],
            f"reason-{question}": f"記録の{turn}回目。",
            f"comment-{question}": "",
        },
        htmx=True,
    )
    return clerk.seconds


def _saves(clerks: Sequence[Visitor], sheets: Sequence[int], questions: Sequence[int]) -> Iterator[Figure]:
    for clerk, sheet in zip(clerks, sheets, strict=True):
        clerk.get(f"/inspection/sheets/{sheet}/")
    asked = questions[:SAVES]
    alone = [_save(clerks[0], sheets[0], question, 0) for question in asked]
    yield Figure("save one answer, 1 client, p95", p95(alone), "ms", 30)
    timed: list[float] = []
    failed: list[Exception] = []
    barrier = threading.Barrier(len(clerks))

    def fill(clerk: Visitor, sheet: int, turn: int) -> None:
        barrier.wait()
        try:
            timed.extend([_save(clerk, sheet, question, turn) for question in asked])
        except Exception as error:  # told below, by whoever waits for all
            failed.append(error)

    threads = [
        threading.Thread(target=fill, args=(clerk, sheet, 0 if place else 1))
        for place, (clerk, sheet) in enumerate(zip(clerks, sheets, strict=True))
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    yield Figure(f"save one answer, {len(clerks)} clients, p95", p95(timed), "ms", 100)
    yield Figure("  saves a second", len(timed) / (time.perf_counter() - start), "1/s")


def _pages(clerks: Sequence[Visitor], sheets: Sequence[int]) -> Iterator[Figure]:
    seconds = []
    size = 0
    for turn in range(PAGES + len(clerks)):
        clerk, sheet = clerks[turn % len(clerks)], sheets[turn % len(clerks)]
        size = len(clerk.get(f"/inspection/sheets/{sheet}/").encode())
        seconds.append(clerk.seconds)
    yield Figure(
        f"one sheet, {QUESTIONS} items, last year beside it, p95", p95(seconds[len(clerks) :]), "ms", 50
    )
    yield Figure("  its size", size / 1024, "KiB")


def _board(secretariat: Visitor, programme: Programme) -> Iterator[Figure]:
    for name, path in (
        (f"board of {SECTIONS} sections, 10 years behind it, p95", f"/inspection/{programme.pk}/"),
        ("list of sheets, first page, p95", f"/inspection/{programme.pk}/sheets/"),
        ("board of what is not handed in, p95", f"/inspection/{programme.pk}/behind/"),
        ("board of issues by item and bureau, p95", "/inspection/issues/"),
        ("board of open findings by age, p95", "/findings/ages/"),
        ("board of relapse, p95", "/findings/relapse/"),
        ("the CISO's page, p95", "/boards/ciso/"),
        ("a bureau's page, p95", "/boards/bureau/"),
    ):
        seconds = []
        for _ in range(PAGES):
            secretariat.get(path)
            seconds.append(secretariat.seconds)
        yield Figure(name, p95(seconds[5:]), "ms", 100)


def _papers(city: Prepared) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        written = print_paper(city.city, "committee", city.past_years[-1], Path(directory))
        seconds = time.perf_counter() - start
    yield Figure(f"committee paper 1 in {len(written)} forms, from nothing", seconds, "s", 5)
