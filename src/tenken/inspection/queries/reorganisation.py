"""What a reorganisation in the middle of a campaign asks of its sheets: shown first, then applied as shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.inspection.models import Answer, Programme, Sheet, TargetException, TargetRule
from tenken.inspection.queries.targets import sections_on
from tenken.inspection.rules.carrying import Brought, Taken, taken
from tenken.inspection.states import EDITABLE
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.tree import tree_of


@dataclass(frozen=True)
class Heir:
    """A section that takes the sheets of sections that ended. ``sheet`` None: it gets one.

    ``takes``: by question, what its sheet gets; ``conflicts``: questions on which it must decide itself; ``closed``: its
    own sheet is handed in already, so that nothing is written into it.
    """

    unit: Unit
    bureau_id: int | None
    sheet: Sheet | None
    sources: tuple[Sheet, ...]
    takes: dict[int, Taken]
    conflicts: tuple[int, ...]
    closed: bool


@dataclass(frozen=True)
class CarryOver:
    """All that is to be done. ``gone``: sheets of sections abolished without heir; ``new``: (section, its 局・区) that
    came to be without predecessor and get a sheet; ``staying``: handed-in sheets of sections that ended, left alone."""

    programme: Programme
    on: date
    heirs: tuple[Heir, ...]
    gone: tuple[Sheet, ...]
    new: tuple[tuple[Unit, int | None], ...]
    staying: tuple[Sheet, ...]

    @property
    def anything(self) -> bool:
        return bool(self.heirs or self.gone or self.new)

    @property
    def mark(self) -> str:
        """What the page saw, for the operation to hold against what it finds."""
        sheets = [
            sheet for heir in self.heirs for sheet in (*heir.sources, *([heir.sheet] if heir.sheet else []))
        ]
        parts = [f"{sheet.pk}.{sheet.version}" for sheet in (*sheets, *self.gone)]
        return ",".join(sorted(parts) + [f"u{unit.pk}" for unit, _ in self.new])


def carry_over_plan(by: Principal, programme: Programme, on: date) -> CarryOver:
    """Return what is to be done for *programme* with the organisation as it stands *on* a date. Seven queries at most.

    Only sheets of sections move; those of information systems follow their ledger.
    """
    sections = dict(sections_on(by.city, on))
    sheets = {
        sheet.unit_id: sheet
        for sheet in Sheet.objects.filter(programme=programme, system=None)
        .select_related("unit", "form")
        .order_by("unit__code")
    }
    ended = [sheet for unit, sheet in sheets.items() if unit not in sections]
    open_ones = [sheet for sheet in ended if sheet.status in EDITABLE]
    tree = tree_of(by.city, on)
    heirs: dict[int, list[Sheet]] = defaultdict(list)
    gone = []
    for sheet in open_ones:
        after = _heirs(sheet.unit_id, tree.successors, sections)
        for unit in after:
            heirs[unit].append(sheet)
        if not after:
            gone.append(sheet)
    new = _new(programme, set(sections) - set(sheets) - set(heirs), tree.predecessors)
    units = Unit.objects.in_bulk([*heirs, *new])
    answers = _answers([*open_ones, *(sheets[unit] for unit in heirs if unit in sheets)])
    return CarryOver(
        programme=programme,
        on=on,
        heirs=tuple(
            _heir(units[unit], sections[unit], sheets.get(unit), sources, answers)
            for unit, sources in sorted(heirs.items(), key=lambda one: units[one[0]].code)
        ),
        gone=tuple(gone),
        new=tuple((units[unit], sections[unit]) for unit in sorted(new, key=lambda one: units[one].code)),
        staying=tuple(
            sheet for sheet in ended if sheet.status not in EDITABLE and sheet.status != Sheet.Status.EXEMPTED
        ),
    )


def _heirs(unit: int, successors: dict[int, tuple[int, ...]], standing: Iterable[int]) -> list[int]:
    """Return the nearest sections that stand for *unit* now."""
    found: list[int] = []
    seen, queue = {unit}, [unit]
    while queue:
        for after in successors.get(queue.pop(0), ()):
            if after not in seen:
                seen.add(after)
                (found if after in standing else queue).append(after)
    return found


def _new(programme: Programme, units: set[int], predecessors: dict[int, tuple[int, ...]]) -> set[int]:
    """Return those of *units*, sections without a sheet, that the programme is meant for: it asks all sections, and
    they came to be after its launch without a predecessor."""
    if programme.target_rule != TargetRule.ALL_SECTIONS or programme.launched_on is None:
        return set()
    excluded = TargetException.objects.filter(
        programme=programme, mode=TargetException.Mode.EXCLUDE, unit__in=units
    )
    later = Unit.objects.filter(pk__in=units, valid_from__gt=programme.launched_on)
    return set(later.exclude(pk__in=excluded.values("unit_id")).values_list("pk", flat=True)) - set(
        predecessors
    )


def _answers(sheets: Iterable[Sheet]) -> dict[int, dict[int, Answer]]:
    found: dict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).exclude(verdict=""):
        found[answer.sheet_id][answer.question_id] = answer
    return found


def _heir(
    unit: Unit,
    bureau: int | None,
    sheet: Sheet | None,
    sources: list[Sheet],
    answers: dict[int, dict[int, Answer]],
) -> Heir:
    own = answers.get(sheet.pk, {}) if sheet else {}
    closed = sheet is not None and sheet.status not in EDITABLE
    brought: dict[int, list[Brought]] = defaultdict(list)
    for source in sources:
        for question, answer in answers.get(source.pk, {}).items():
            brought[question].append(
                Brought(answer.pk, source.unit.name, answer.verdict, answer.reason, answer.comment)
            )
    takes: dict[int, Taken] = {}
    conflicts = []
    for question, given in brought.items():
        mine = own.get(question)
        if mine is not None:
            if any(one.verdict != mine.verdict for one in given):
                conflicts.append(question)
        elif (result := taken(given)) is not None:
            takes[question] = result
        else:
            conflicts.append(question)
    return Heir(unit, bureau, sheet, tuple(sources), {} if closed else takes, tuple(conflicts), closed)
