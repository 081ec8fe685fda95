"""Rules on batches of events, correlations over millions of hits, a tree of thousands of rules; beside what one would
write first: every rule in one query, a query for each rule."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from benchmarks.bars import Figure
from tenken.common.identifiers import local_government_check_digit
from tenken.journal.actor import Actor
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.organization.operations import found_city
from tenken.telemetry.detection import engine
from tenken.telemetry.detection.compiling import compile_rule
from tenken.telemetry.detection.correlating import Query, correlation_of
from tenken.telemetry.detection.documents import Document, read_rule
from tenken.telemetry.detection.filtering import Filters, Numbered
from tenken.telemetry.detection.importing import import_rules
from tenken.telemetry.detection.ruleset import EventRule, RuleSet
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.store import Store, close_store, store
from tenken.telemetry.store.tables import stage_statement

CITY = "99103" + local_government_check_digit("99103")
NOON = datetime(2020, 12, 1, 3, 0, tzinfo=UTC)
TREE = 4_000
HITS = 2_000_000
SEED = 20201201
_PROGRAMS = [
    f"{first}{second}.exe"
    for first in ("power", "cmd", "reg", "net", "wmi", "task", "cert", "run", "vss", "bits", "ms", "ps", "sys", "win")
    for second in ("shell", "util", "dll32", "admin", "list", "exec", "hta", "build", "stat", "dump", "copy", "mgr", "svc")
]  # fmt: skip
_WORDS = ["download", "encoded", "hidden", "bypass", "urlcache", "shadow", "delete", "create", "query", "export", "sam",
          "lsass", "token", "inject", "remote", "process", "call", "invoke", "expression", "webclient"]  # fmt: skip
_ORDINARY = [
    "C:\\Users\\Public\\Documents",
    "名簿.xlsx",
    "/embedding",
    "--type=renderer",
    "-n",
    "/s",
    "見積書.docx",
    "1041",
    "--lang=ja",
]
FILTER = """title: A tool of the office
name: office
logsource: {product: windows}
filter:
  rules: any
  selection: {'ParentImage|startswith': 'C:\\Program Files\\Office\\', 'User|contains': ['svc_', 'adm_']}
  condition: not selection
"""
# Some of what public rules cannot be used for, one in forty.
_UNUSABLE = (
    {"CommandLine|re": "(?<!a)b"},
    {"CommandLine|nosuch": "x"},
    {"host|expand": "%no_such_list%"},
    {"DestinationIp|cidr": "10.0.0.1/8"},
)


def measure(home: Path) -> Iterator[Figure]:
    """Measure on the embedded store."""
    chance = random.Random(SEED)
    opened = store()
    rules = [rule(chance, number) for number in range(1, 501)]
    begun = time.perf_counter()
    documents = [read_rule(text) for text in rules]
    compiled = [EventRule(number, 1, compile_rule(one.rule, {})) for number, one in enumerate(documents, 1)]
    yield Figure("reading and compiling 500 rules, once", 1000 * (time.perf_counter() - begun), "ms")
    yield from _batches(opened, chance, documents, compiled)
    yield from _correlations(opened, chance)
    yield from _tree(home, chance)
    close_store()


def _batches(
    opened: Store, chance: random.Random, documents: Sequence[Document], rules: Sequence[EventRule]
) -> Iterator[Figure]:
    known = Filters([Numbered(9_999, 1, read_rule(FILTER))], {})
    for events, many, bar in ((50_000, 100, 1000.0), (10_000, 500, 350.0), (50_000, 500, None)):
        opened.command(stage_statement("stage_of_bench"))
        opened.insert("stage_of_bench", table_of([event(chance, at) for at in range(events)]))
        asked = rules[:many]
        name = f"{many} rules on {events:,} events"
        prepared = _best(lambda asked=asked: _evaluate(opened, asked))
        yield Figure(name, 1000 * prepared, "ms", bar)
        begun = time.process_time()
        hits = _evaluate(opened, asked)
        yield Figure("  of it the processors', both together", 1000 * (time.process_time() - begun), "ms")
        yield Figure("  hits", 0 if hits is None else hits.num_rows, "rows")
        narrowed = [
            replace(one, filters=known.of(read)) for one, read in zip(asked, documents[:many], strict=True)
        ]
        filtered = _best(lambda narrowed=narrowed: _evaluate(opened, narrowed))
        yield Figure("  a filter on every rule: times the time without", filtered / prepared, "x")
        at_once = _best(lambda asked=asked: _asked(opened).query(asked), 1)
        yield Figure("  peer: every rule in one query", 1000 * at_once, "ms")
        yield Figure("  times the time with needles first", at_once / prepared, "x")
        alone = _best(lambda asked=asked: [_asked(opened).query([one]) for one in asked[:50]], 1) * many / 50
        yield Figure("  peer: a query for each rule, projected from 50", 1000 * alone, "ms")
        yield Figure("  times the time with needles first", alone / prepared, "x")
        agreed = _asked(opened).query(asked).num_rows == (0 if hits is None else hits.num_rows)
        yield Figure("  hits that differ from every rule in one query", 0 if agreed else 1, "", 0)


def _evaluate(opened: Store, rules: Sequence[EventRule]) -> Any:
    return engine.evaluate_rules(opened, "stage_of_bench", CITY, rules)


def _asked(opened: Store) -> engine._Asked:
    return engine._Asked(opened, "stage_of_bench", CITY, NOON, NOON + timedelta(days=9))


def _correlations(opened: Store, chance: random.Random) -> Iterator[Figure]:
    opened.command(
        f"INSERT INTO hits SELECT '{CITY}', 1 + number % 5, toDateTime64('2020-11-01 00:00:00', 3, 'UTC') + number, "
        f"now64(3), number, 0, '', '', '', '', '', map('user', concat('u', toString(rand() % 3000))) FROM numbers({HITS})"
    )
    text = yaml.safe_dump(
        {
            "title": "Burst",
            "name": "burst",
            "correlation": {
                "type": "event_count",
                "rules": ["one", "two"],
                "group-by": ["user"],
                "timespan": "1h",
                "condition": {"gte": 5},
            },
        }
    )
    document = read_rule(text)
    query = Query(99, correlation_of(document.rule, document.data), {"one": 1, "two": 2})
    batch = opened.query(
        "SELECT * FROM hits WHERE city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)} "
        "AND rule <= 2 LIMIT 200",
        city=CITY,
        since=NOON - timedelta(days=20),
        until=NOON - timedelta(days=19),
    )
    kept, engine.rules_of = engine.rules_of, lambda _: RuleSet(correlations=(query,))
    try:
        seconds = _best(lambda: engine.correlate(opened, CITY, batch))
    finally:
        engine.rules_of = kept
    yield Figure(
        f"a correlation over {HITS:,} hits, a batch of 200 touched groups", 1000 * seconds, "ms", 100
    )


def _tree(home: Path, chance: random.Random) -> Iterator[Figure]:
    folder = home / "tree"
    for number in range(TREE):
        path = folder / f"part{number % 37}" / f"rule{number}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rule(chance, number, broken=number % 40 == 7), encoding="utf-8")
    by = system_principal(_city(), "benchmark")
    begun = time.perf_counter()
    report = import_rules(by=by, folder=folder, apply=True)
    seconds = time.perf_counter() - begun
    yield Figure(f"a tree of {TREE:,} rules read, tried one by one, taken in", seconds, "s", 180)
    yield Figure("  usable", len(report.usable), "rules")
    yield Figure("  refused with file, line and reason", len(report.problems), "rules")
    yield Figure(
        "  not refused though unusable, or the other way", abs(len(report.problems) - TREE // 40), "rules", 0
    )
    shutil.rmtree(folder)


def _city() -> City:
    class Founder:
        actor = Actor(code="system:benchmark", name="ベンチマーク")

    return found_city(by=Founder(), code=CITY, name="計測市", on=date(2005, 4, 1))


def _best(work: Callable[[], Any], times: int = 5) -> float:
    work()
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)[len(seconds) // 2]


def rule(chance: random.Random, number: int, *, broken: bool = False) -> str:
    """Return a rule in the ways public ones are written."""
    selection: dict[str, Any] = {
        "Image|endswith": [f"\\{one}" for one in chance.sample(_PROGRAMS, chance.randint(1, 5))]
    }
    forms: tuple[dict[str, Any], ...] = (
        {"CommandLine|contains|all": [f" {one}" for one in chance.sample(_WORDS, 3)]},
        {"CommandLine|contains": [f"-{one}{number % 50}" for one in chance.sample(_WORDS, chance.randint(1, 15))]},
        {"CommandLine|re": rf"\s-{chance.choice(_WORDS)}\d+\s"},
        {"CommandLine|windash|contains": f" -{chance.choice(_WORDS)}{number % 50}"},
        {"CommandLine|base64offset|contains": chance.choice(_WORDS) + "://"},
        {"CommandLine|contains": f"*{chance.choice(_WORDS)}*{chance.choice(_WORDS)}?{number % 50}*"},
        {"OriginalFileName": chance.sample(_PROGRAMS, 2), "IntegrityLevel": ["High", "System"], "User|contains": ["AUTHORI", "AUTORI"]},
    )  # fmt: skip
    selection |= chance.choice(forms)
    detection: dict[str, Any] = {"selection": selection, "condition": "selection"}
    if chance.random() < 0.5:
        detection["filter_main"] = {
            "ParentImage|startswith": ["C:\\Program Files\\", "C:\\Windows\\WinSxS\\"]
        }
        detection["filter_null"] = {"ParentImage": None}
        detection["condition"] = "selection and not 1 of filter_*"
    if chance.random() < 0.03:
        detection["selection_net"] = {
            "DestinationIp|cidr": ["10.0.0.0/8", "2001:db8::/32"],
            "DestinationPort|gt": 1024,
        }
        detection["condition"] = detection["condition"].replace("selection ", "1 of selection* ")
    if broken:
        detection["selection"] = selection | chance.choice(_UNUSABLE)
    return yaml.safe_dump(
        {
            "title": f"Rule {number}",
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "status": "test",
            "level": chance.choice(["low", "medium", "high", "critical"]),
            "logsource": {"product": "windows", "category": "process_creation"},
            "detection": detection,
        },
        sort_keys=False,
    )


def event(chance: random.Random, at: int) -> dict[str, Any]:
    """Return the start of a program: the words of rules occur in one in fifty, as in an office, and once in a thousand
    as a rule wants them."""
    words = [chance.choice(_ORDINARY) for _ in range(6)]
    if at % 50 == 0:
        words += chance.sample(_WORDS, 2)
    if at % 1_000 == 0:
        words += [f" -{word}{at // 1_000 % 50}" for word in chance.sample(_WORDS, 4)]
    return {
        "ts": NOON + timedelta(seconds=at),
        "received": NOON,
        "city": CITY,
        "op": "process_start",
        "log_product": "windows",
        "log_category": "process_creation",
        "log_service": "sysmon",
        "process": f"C:\\Windows\\System32\\{chance.choice(_PROGRAMS)}",
        "parent_process": "C:\\Windows\\explorer.exe",
        "command_line": " ".join(words),
        "user": f"MIDORI\\u{at % 3_000}",
        "device": f"T{at % 3_000:04d}",
        "event_code": "1",
        "payload": 1,
        "seq": at,
        "rest": {"OriginalFileName": chance.choice(_PROGRAMS), "IntegrityLevel": "Medium"},
    }
