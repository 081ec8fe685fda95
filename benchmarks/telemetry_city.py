"""A city whose terminals send operation logs, its rules, and a receiver for it: what benchmarks of receiving share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from tenken.common.identifiers import local_government_check_digit
from tenken.demo.telemetry.population import Population
from tenken.journal.actor import Actor
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.organization.operations import found_city
from tenken.receivers.listening import Listening
from tenken.receivers.server import Receiver
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.ruleset import forget
from tenken.telemetry.detection.shipped import install_shipped, shipped_files
from tenken.telemetry.detection.trying import trial_table, try_rule
from tenken.telemetry.detection.writing import NewRule, take_rules
from tenken.telemetry.ingest.pipeline import Pipeline
from tenken.telemetry.models import DetectionRule, Terminal
from tenken.telemetry.reception.sources import SourceSettings, register_source
from tenken.telemetry.store import store


class _Founder:
    actor = Actor(code="system:benchmark", name="ベンチマーク")


def code_of(place: int) -> str:
    """Return the code of one of the cities of a benchmark."""
    code = f"{99101 + place}"
    return code + local_government_check_digit(code)


def make_city(code: str, population: Population) -> City:
    """Return a city of its own with the terminals of *population*: alerts of one measurement are not met by the next."""
    city = found_city(by=_Founder(), code=code, name="ベンチマーク市", on=date(2005, 4, 1))
    Terminal.objects.bulk_create(
        Terminal(
            city=city, number=f"T{place:05d}", computer_name=seat.computer, registered_on=date(2020, 4, 1)
        )
        for place, seat in enumerate(population.seats)
    )
    return city


def switch_on(city: City, count: int) -> None:
    """Let *count* rules be on: those that come with the product as they come, and as many of every usual form besides."""
    by = system_principal(city, "benchmark")
    DetectionRule.objects.filter(city=city).update(state=DetectionRule.State.OFF)
    if count:
        install_shipped(by=by, city=city)
        shipped = [read_rule(text) for _, text in shipped_files()]
        on = [one.code for one in shipped if (one.data.get("tenken") or {}).get("on")]
        on += take_in(city, [made_rule(at) for at in range(count - len(on))])
        DetectionRule.objects.filter(city=city, code__in=on).update(state=DetectionRule.State.ON)
        if (found := DetectionRule.objects.filter(city=city, state=DetectionRule.State.ON).count()) != count:
            raise RuntimeError(f"{found} rules are on, {count} were meant")
    forget(city.code)


def take_in(city: City, texts: Sequence[str]) -> list[str]:
    """Take rules in, switched on; return their codes."""
    opened = store()
    with trial_table(opened) as table:
        rules = [
            NewRule(document, try_rule(opened, table, document, {}), "made.yml", on=True)
            for document in map(read_rule, texts)
        ]
    take_rules(by=system_principal(city, "benchmark"), rules=rules, origin=DetectionRule.Origin.IMPORTED)
    forget(city.code)
    return [one.document.code for one in rules]


_FORMS = (
    ("process_creation", "Image|endswith: '\\tool{n}.exe'"),
    ("process_creation", "CommandLine|contains|all: ['-enc{n}', 'hidden']"),
    ("file_event", "TargetFilename|contains: '秘密{n}'"),
    ("file_event", "TargetFilename|startswith: 'Z:\\project{n}\\'"),
    ("process_creation", "CommandLine|re: 'curl.{{1,20}}host{n}\\.example'"),
    ("file_event", "TargetFilename|endswith: ['.ext{n}', '.bak{n}']"),
)


def made_rule(number: int) -> str:
    """Return the text of a rule of one of the usual forms, unlike that of any other number."""
    category, condition = _FORMS[number % len(_FORMS)]
    return rule_text(number, category, condition.format(n=number), "low")


def rule_text(number: int, category: str, condition: str, level: str) -> str:
    """Return a rule of one selection."""
    return "\n".join(
        (
            f"title: Made {number}",
            f"id: 00000000-0000-4000-8000-{number:012d}",
            "status: test",
            f"logsource: {{product: windows, category: {category}}}",
            "detection:",
            "  selection:",
            f"    {condition}",
            "  condition: selection",
            f"level: {level}",
        )
    )


@contextmanager
def receiving(city: City) -> Iterator[tuple[str, str, Pipeline]]:
    """Let a receiver of this process receive for *city*: its address, the key of its source, and the pipeline behind it.
    ``RuntimeError`` when something on the way failed meanwhile."""
    key = register_source(
        by=system_principal(city, "benchmark"),
        code="lines-1",
        protocol="jsonl",
        settings=SourceSettings(name="ベンチマーク"),
    )[1]
    pipeline = Pipeline(store())
    pipeline.start()
    receiver = Receiver(Listening(port=0), pipeline)
    receiver.start()
    try:
        yield f"127.0.0.1:{receiver.sockets.port}", key, pipeline
    finally:
        receiver.stop()
        pipeline.stop()
    state = pipeline.state()
    if error := state.detection_error or state.alert_error or state.last_error:
        raise RuntimeError(error)
