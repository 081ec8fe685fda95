"""A tree of Sigma rules: each read, compiled and tried on the engine with the tree's filters; what cannot be used, why, and
on which line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tenken.common.refusals import Invalid
from tenken.organization.access import Principal, require
from tenken.telemetry.detection.actions import Whole, wholes_of
from tenken.telemetry.detection.documents import Document, read_rule
from tenken.telemetry.detection.filtering import Filters, Numbered, reaches
from tenken.telemetry.detection.problems import RuleProblem, Unusable
from tenken.telemetry.detection.ruleset import document_of
from tenken.telemetry.detection.trying import trial_store, trial_table, try_rule
from tenken.telemetry.detection.writing import NewRule, Taken, named_rules, referenced, take_rules
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.permissions import MANAGE_RULES
from tenken.telemetry.store import Store

_LARGEST_FILE: Final = 1_000_000
_MOST_FILES: Final = 50_000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Reach:
    """What a filter of a tree narrows: ``rules`` of the tree and of the city; ``missing``: the ids and names it says that
    are no rule there."""

    document: Document
    file: str
    line: int
    rules: int
    missing: tuple[str, ...] = ()


@dataclass
class ImportReport:
    """What a tree holds. ``usable``: read and tried; ``problems``: what cannot be used, in the files' order;
    ``filters``: what those that are usable reach; ``taken``: what was written, None when nothing was asked to be."""

    files: int = 0
    documents: int = 0
    usable: list[NewRule] = field(default_factory=list)
    problems: list[RuleProblem] = field(default_factory=list)
    filters: list[Reach] = field(default_factory=list)
    seconds: float = 0
    taken: Taken | None = None

    @property
    def by_kind(self) -> dict[str, list[RuleProblem]]:
        """The problems by their kind, the most frequent first."""
        kinds: dict[str, list[RuleProblem]] = {}
        for problem in self.problems:
            kinds.setdefault(problem.kind, []).append(problem)
        return dict(sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0])))


@dataclass(frozen=True)
class _Read:
    document: Document
    whole: Whole
    file: str


def import_rules(
    *, by: Principal, folder: Path, apply: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Try every rule below *folder* (.yml, .yaml); with *apply* take the usable ones in, switched off.

    ``Invalid`` when there is nothing to read.
    """
    require(by, MANAGE_RULES)
    begun = time.perf_counter()
    paths = _files(folder)
    report = ImportReport(files=len(paths))
    read: dict[str, _Read] = {}
    for path in paths:
        _read_file(path, str(path.relative_to(folder)), report, read)
    with trial_store() as opened:
        _try_all(by, opened, list(read.values()), report, progress or (lambda *_: None))
    report.problems.sort(key=lambda problem: (problem.file, problem.line))
    if apply:
        report.taken = take_rules(by=by, rules=report.usable, origin=DetectionRule.Origin.IMPORTED)
    report.seconds = time.perf_counter() - begun
    return report


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise Invalid(f"「{folder}」というフォルダーはありません。")
    # A link may lead out of the tree, or round in it.
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in (".yml", ".yaml") and path.is_file() and not path.is_symlink()
    )
    if not found:
        raise Invalid(f"「{folder}」にSigmaルール（.yml・.yaml）がありません。")
    if len(found) > _MOST_FILES:
        raise Invalid(f"一度に試せるのは{_MOST_FILES:,}ファイルまでです（{len(found):,}ファイルあります）。")
    return found


def _read_file(path: Path, name: str, report: ImportReport, read: dict[str, _Read]) -> None:
    if path.stat().st_size > _LARGEST_FILE:
        reason = f"{_LARGEST_FILE // 1_000:,}KBまでのファイルにしてください"
        report.problems.append(RuleProblem(name, 1, "大きすぎるファイル", reason))
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        report.problems.append(RuleProblem(name, line, "文字コードの誤り", "UTF-8で読めません"))
        return
    for whole in wholes_of(text, name):
        report.documents += 1
        if isinstance(whole, RuleProblem):
            report.problems.append(whole)
            continue
        try:
            document = read_rule(whole.text)
        except Unusable as error:
            report.problems.append(whole.problem(error, name))
            continue
        if (first := read.get(document.code)) is not None:
            same = (
                "id（name）"
                if {"id", "name"} & document.data.keys()
                else "表題とlogsource（idもnameもありません）"
            )
            reason = f"同じ{same}のルールが{first.file}の{first.whole.line}行目にあります"
            report.problems.append(RuleProblem(name, whole.line, "重複", reason))
        else:
            read[document.code] = _Read(document, whole, name)


def _try_all(
    by: Principal, opened: Store, read: Sequence[_Read], report: ImportReport, progress: Progress
) -> None:
    from tenken.telemetry.lists.queries import snapshot

    lists = snapshot(by.city_code).values
    usable: dict[str, NewRule] = {}
    # Filters first: the rules are tried with those that can be used.
    ordered = sorted(read, key=lambda one: not one.document.filter)
    many = sum(one.document.filter for one in read)
    filters = Filters((), lists)
    with trial_table(opened) as table:
        for done, one in enumerate(ordered):
            if done == many:
                filters = Filters(_numbered(usable.values()), lists)
            try:
                trial = try_rule(opened, table, one.document, lists, filters)
                usable[one.document.code] = NewRule(one.document, trial, one.file)
            except Unusable as error:
                report.problems.append(one.whole.problem(error, one.file))
            progress("ルールを試しています", done + 1, len(read))
    places = {one.document.code: one for one in read}
    for code, reference in _unresolved(by, usable):
        one = places[code]
        reason = f"相関が数えるルール「{reference}」がないか、使えません"
        lost = Unusable("相関が数えるルールがない", reason, ("correlation", "rules"))
        report.problems.append(one.whole.problem(lost, one.file))
        del usable[code]
    report.usable = [usable[one.document.code] for one in read if one.document.code in usable]
    report.filters = list(_reached(by, report.usable, places))


def _numbered(usable: Iterable[NewRule]) -> list[Numbered]:
    return [Numbered(number, 0, new.document) for number, new in enumerate(usable, start=1)]


def _reached(by: Principal, usable: Sequence[NewRule], places: Mapping[str, _Read]) -> Iterator[Reach]:
    """Yield what each filter reaches: rules of the tree, and the city's that it names or, when it is of all, that are
    on."""
    filters = [new.document for new in usable if new.document.filter]
    if not filters:
        return
    here = {new.document.code: new.document for new in usable if not new.document.filter}
    for found in filters:
        there = {row.code: document_of(row) for row in named_rules(by.city_id, found)}
        every = {**there, **here}.values()
        missing = tuple(one for one in found.references if not any(rule.named_by({one}) for rule in every))
        place = places[found.code]
        reached = sum(reaches(found, rule) for rule in every)
        yield Reach(found, place.file, place.whole.line, reached, missing)


def _unresolved(by: Principal, usable: Mapping[str, NewRule]) -> Iterator[tuple[str, str]]:
    """Yield each correlation, until none is left, that counts a rule neither usable here nor the city's already."""
    left = dict(usable)
    counting = {code: new.document.references for code, new in usable.items() if new.document.correlation}
    standing = referenced(by.city_id, {one for references in counting.values() for one in references})
    while True:
        known = {*left, *(new.document.name for new in left.values()), *standing}
        lost = {
            code: next(one for one in references if one not in known)
            for code, references in counting.items()
            if code in left and not known.issuperset(references)
        }
        if not lost:
            return
        yield from lost.items()
        for code in lost:
            del left[code]
