"""The last ten minutes before the deadline: 422 sections handed in by 100 people at once, on the embedded default.

Each client is one person's browser: it signs in, reads the sheet, thinks about each question, types a reason where
there is an issue, looks at the confirmation, hands in, signs out, and the next section's clerk sits down. What was
sent is then held against what is stored: nothing lost, nothing doubled.
"""

from __future__ import annotations

import queue
import random
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from benchmarks.bars import Figure, p95
from benchmarks.city import PASSWORD, SECTIONS, Prepared, prepare
from benchmarks.server import Visitor, serving
from tenken.approvals.models import ApprovalRequest
from tenken.inspection.models import Answer, Programme, Question, Sheet
from tenken.inspection.operations import launch
from tenken.journal.models import Entry
from tenken.journal.verification import verify
from tenken.organization.access import system_principal

CLIENTS = 100
QUESTIONS = 51  # as many as the default bank asks every year
MINUTES = 10
READING = 12.0  # seconds a person looks at the sheet before the first answer, on average
THINKING = 1.4  # a question, on average; some take ten times as long
TYPING = 0.12  # a character
ARRIVING = 30.0  # the hundred come within this time
REASONS = (
    "書庫が足りず、机の上に置いている。",
    "台帳と現物を突き合わせていない。",
    "表示のない媒体が2本ある。",
)
_VERSION = re.compile(r'name="version" value="(\d+)"')


@dataclass
class Seen:
    """What the clients sent and how the server answered, gathered by all of them."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    sent: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    handed_in: list[int] = field(default_factory=list)


def measure(home: Path) -> Iterator[Figure]:
    """Prepare the city in *home*, let the hundred loose, and yield every figure."""
    city = prepare(sections=SECTIONS, years=1, clerks=SECTIONS, waiting=1, questions=QUESTIONS)
    programme = city.waiting[0]
    by = system_principal(city.city, "benchmark")
    launch(by=by, programme=programme, version=programme.version, on=programme.stages.all()[0].starts_on)
    sheets = _sheets(city, programme)
    questions = list(
        Question.objects.filter(form__programme=programme).order_by("order").values_list("pk", flat=True)
    )
    connections.close_all()
    print(f"# {SECTIONS} sections, {CLIENTS} clients, {QUESTIONS} questions each", file=sys.stderr)
    with serving(home) as port:
        start = time.perf_counter()
        seen = _loose(port, sheets, questions)
        whole = time.perf_counter() - start
    yield Figure(f"{SECTIONS} sections handed in by {CLIENTS} clients", whole / 60, "min", MINUTES)
    yield Figure("  requests a second", len(seen.seconds) / whole, "1/s")
    yield Figure("  p95 of a request", p95(seen.seconds), "ms", 500)
    yield Figure("  slowest request", 1000 * max(seen.seconds), "ms")
    for status, count in sorted(seen.failures.items()):
        print(f"# {status}: {count}", file=sys.stderr)
    yield Figure("  answers other than 200 and 302", sum(seen.failures.values()), "", 0)
    yield from _held_against(programme, seen)
    outcome = verify(city.city.code)
    yield Figure(f"journal verify, {outcome.entries:,} entries: faults", len(outcome.faults), "", 0)


def _sheets(city: Prepared, programme: Programme) -> list[tuple[str, int]]:
    """Return each section's clerk with its sheet."""
    units = "unit__role_grants__post__assignments__person__number"
    found = dict(Sheet.objects.filter(programme=programme).values_list(units, "pk"))
    return [(number, found[number]) for number in city.clerks]


def _loose(port: int, sheets: list[tuple[str, int]], questions: list[int]) -> Seen:
    waiting: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
    for one in sheets:
        waiting.put(one)
    seen = Seen()

    def sit(number: int) -> None:
        chance = random.Random(number)
        time.sleep(chance.uniform(0, ARRIVING))
        while True:
            try:
                clerk, sheet = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                _hand_in(
                    Visitor(port, f"10.1.{sheet // 250}.{sheet % 250 + 1}"),
                    clerk,
                    sheet,
                    questions,
                    chance,
                    seen,
                )
            except (RuntimeError, OSError) as failure:
                seen.failures[str(failure)[:80]] += 1

    threads = [threading.Thread(target=sit, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _hand_in(
    person: Visitor, clerk: str, sheet: int, questions: list[int], chance: random.Random, seen: Seen
) -> None:
    """Be one section's clerk, from signing in to signing out."""

    def timed(answer: str) -> str:
        seen.seconds.append(person.seconds)
        return answer

    person.sign_in(clerk, PASSWORD)
    seen.seconds.append(person.seconds)
    address = f"/inspection/sheets/{sheet}/"
    timed(person.get(address))
    time.sleep(chance.expovariate(1 / READING))
    sent: dict[int, tuple[str, str]] = {}
    for question in questions:
        time.sleep(min(10 * THINKING, chance.lognormvariate(-0.2, 0.9) * THINKING / 1.23))
        verdict = chance.choices(("conforms", "not_applicable", "issue"), (88, 8, 4))[0]
        reason = chance.choice(REASONS) if verdict != "conforms" else ""
        fields = {f"question-{question}": verdict, f"reason-{question}": "", f"comment-{question}": ""}
        # The page saves when the mark is set, and again when the reason is typed.
        timed(person.post(f"{address}answers/{question}/", {"version": "0", **fields}, htmx=True))
        if reason:
            time.sleep(TYPING * len(reason))
            fields[f"reason-{question}"] = reason
            timed(person.post(f"{address}answers/{question}/", {"version": "1", **fields}, htmx=True))
        sent[question] = (verdict, reason)
    version = _VERSION.search(timed(person.get(f"{address}submit/")))
    if version is None:
        raise RuntimeError("the confirmation shows no version")
    time.sleep(chance.uniform(2, 5))
    seen.sent[sheet] = sent
    timed(person.post(f"{address}submit/", {"version": version[1]}))
    seen.handed_in.append(sheet)
    timed(person.post("/accounts/logout/", {}))


def _held_against(programme: Programme, seen: Seen) -> Iterator[Figure]:
    """Hold what was sent against what is stored."""
    stored: dict[int, dict[int, tuple[str, str]]] = {}
    doubled = 0
    rows = Answer.objects.filter(sheet__programme=programme).values_list(
        "sheet_id", "question_id", "verdict", "reason"
    )
    for sheet, question, verdict, reason in rows:
        doubled += question in stored.setdefault(sheet, {})
        stored[sheet][question] = (verdict, reason)
    lost = sum(
        stored.get(sheet, {}).get(question) != said
        for sheet, answers in seen.sent.items()
        for question, said in answers.items()
    )
    submitted = set(
        Sheet.objects.filter(programme=programme, status=Sheet.Status.SUBMITTED).values_list("pk", flat=True)
    )
    requests = Counter(
        ApprovalRequest.objects.filter(subject_type="inspection.sheet", subject_id__in=submitted).values_list(
            "subject_id", flat=True
        )
    )
    entries = Counter(
        Entry.objects.filter(operation="inspection.sheet.submit").values_list("subject_id", flat=True)
    )
    yield Figure("  sections not handed in", SECTIONS - len(submitted & set(seen.handed_in)), "", 0)
    yield Figure(f"  answers lost or other than sent, of {sum(map(len, seen.sent.values())):,}", lost, "", 0)
    yield Figure("  answers doubled", doubled, "", 0)
    twice = sum(count != 1 for count in (*requests.values(), *entries.values()))
    yield Figure(
        "  sheets put up or recorded more or less than once",
        twice + abs(len(requests) - len(submitted)),
        "",
        0,
    )
