"""People's own checks: each reads their own; the secretariat reads who handed in; everyone else reads counts.

Counts of answers come after the end only. While it runs, the counts before and after one person hands in would differ
by that person's answers (docs/adr/0010).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tenken.common.refusals import Missing, Stale
from tenken.inspection.models import Kind, Programme, Question, SelfCheck, SelfCheckAnswer, Stage
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.rules.small_groups import Shown, shown_groups
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.opening_days import opening_days_of

NO_BUREAU = "（局・区なし）"


def due_on(programme: Programme) -> date | None:
    """Return the last day of a self-check (with its city), on an open day; None when it has no such stage."""
    stage = programme.stages.filter(kind=Stage.Kind.SELF_INSPECTION).first()
    return opening_days_of(programme.city).next_open(stage.ends_on) if stage else None


def own_checks(by: Principal, *, open_only: bool = False) -> list[SelfCheck]:
    """Return *by*'s own checks of running programmes; *open_only*: those not handed in. One query."""
    if by.person_id is None:
        return []
    rows = SelfCheck.objects.filter(
        person=by.person_id, programme__city=by.city_id, programme__status=Programme.Status.LAUNCHED
    ).exclude(status=SelfCheck.Status.EXEMPTED)
    if open_only:
        rows = rows.exclude(status=SelfCheck.Status.SUBMITTED)
    return list(rows.select_related("programme__city").order_by("programme__launched_on", "pk"))


@dataclass(frozen=True)
class OwnCheck:
    """*by*'s own check: the questions under their 調査項目, each with what was answered ('' not yet)."""

    check: SelfCheck
    programme: Programme
    due_on: date | None
    groups: tuple[tuple[str, tuple[tuple[Question, str], ...]], ...]

    @property
    def total(self) -> int:
        return sum(len(rows) for _, rows in self.groups)

    @property
    def answered(self) -> int:
        return sum(bool(verdict) for _, rows in self.groups for _, verdict in rows)


def own_check(by: Principal, programme_id: int) -> OwnCheck:
    """Return *by*'s own check of a programme; ``Missing`` when they have none. Five queries."""
    check = (
        SelfCheck.objects.filter(
            programme__pk=programme_id, programme__city=by.city_id, person=by.person_id or 0
        )
        .exclude(status=SelfCheck.Status.EXEMPTED)
        .select_related("programme__city")
        .first()
    )
    if check is None:
        raise Missing("あなたの自己チェックはありません。")
    given = dict(SelfCheckAnswer.objects.filter(self_check=check).values_list("question_id", "verdict"))
    groups: dict[str, list[tuple[Question, str]]] = defaultdict(list)
    questions = Question.objects.filter(form=check.form_id).select_related("category", "revision")
    for question in questions.order_by("order"):
        groups[question.category.name].append((question, given.get(question.pk, "")))
    drawn = tuple((name, tuple(rows)) for name, rows in groups.items())
    return OwnCheck(check, check.programme, due_on(check.programme), drawn)


@dataclass(frozen=True)
class Turnout:
    """How many people of a 局・区 are asked and have handed in. ``exempted`` ones are not asked."""

    bureau_id: int | None
    name: str
    code: str
    total: int
    submitted: int
    exempted: int

    @property
    def missing(self) -> int:
        return self.total - self.submitted

    @property
    def percent(self) -> int:
        return 100 * self.submitted // self.total if self.total else 0


def turnout(by: Principal, programme: Programme) -> list[Turnout]:
    """Return who handed in, as numbers by 局・区, of the sections *by* may see. One query."""
    rows = (
        _in_scope(by, programme)
        .order_by()
        .values_list("bureau_id", "bureau__name", "bureau__code")
        .annotate(
            total=Count("pk", filter=~Q(status="exempted")),
            submitted=Count("pk", filter=Q(status="submitted")),
            exempted=Count("pk", filter=Q(status="exempted")),
        )
    )
    found = [Turnout(key, name or NO_BUREAU, code or "", *numbers) for key, name, code, *numbers in rows]
    return sorted(found, key=lambda one: one.code)


def _in_scope(by: Principal, programme: Programme) -> QuerySet[SelfCheck]:
    rows = SelfCheck.objects.filter(programme=programme, programme__city=by.city_id)
    if by.everywhere(VIEW_SHEETS):
        return rows
    return rows.filter(unit__in=by.units_with(VIEW_SHEETS))


def submissions(by: Principal, programme: Programme) -> QuerySet[SelfCheck]:
    """Return who has handed in and who has not, for the secretariat's chase. Never what was answered."""
    require(by, MANAGE_PROGRAMMES)
    rows = SelfCheck.objects.filter(programme=programme, programme__city=by.city_id)
    return rows.select_related("person", "unit", "bureau").order_by(
        "bureau__code", "unit__code", "person__number"
    )


@dataclass(frozen=True)
class Counts:
    """How a group answered one question."""

    question: Question
    yes: int
    no: int
    not_applicable: int

    @property
    def people(self) -> int:
        return self.yes + self.no + self.not_applicable

    @property
    def percent_yes(self) -> int | None:
        asked = self.yes + self.no
        return 100 * self.yes // asked if asked else None


@dataclass(frozen=True)
class Group:
    """The city, a bureau or a section as a reader may choose it. ``key``: "", "b12", "b0" (no bureau), "s34"."""

    key: str
    name: str
    people: int
    shown: bool
    bureau_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Results:
    """What a finished self-check came to, in the groups that *by* may see and that are large enough."""

    programme: Programme
    groups: tuple[Group, ...]
    questions: tuple[Question, ...]

    def group(self, key: str) -> Group:
        """Return a group of the reader's; ``Missing`` for any other, and for one too small to be shown."""
        found = next((one for one in self.groups if one.key == key), None)
        if found is None:
            raise Missing("この課公所の結果は、見ることのできる範囲にありません。")
        if not found.shown:
            raise Missing("回答した人が少ないため、結果を表示できません。")
        return found


def results(by: Principal, programme: Programme) -> Results:
    """Return the groups of a finished self-check. ``Stale`` while it runs. Three queries, whatever its size."""
    require_somewhere(by, VIEW_SHEETS)
    if programme.kind != Kind.SELF_CHECK:
        raise Missing("職員の自己チェックではありません。")
    if programme.status != Programme.Status.CLOSED:
        raise Stale("結果は、点検を終了したあとに見られます。")
    sizes = _sizes(programme)
    questions = Question.objects.filter(form__programme=programme).select_related("category", "revision")
    return Results(
        programme, tuple(_groups(by, sizes, shown_groups(sizes))), tuple(questions.order_by("order"))
    )


def _sizes(programme: Programme) -> dict[tuple[int | None, int], int]:
    """How many people of each (bureau, section) handed in."""
    rows = SelfCheck.objects.filter(programme=programme).order_by().values_list("bureau_id", "unit_id")
    counted = rows.annotate(n=Count("pk", filter=Q(status="submitted")))
    return {(bureau, unit): number for bureau, unit, number in counted}


def _groups(by: Principal, sizes: Mapping[tuple[int | None, int], int], shown: Shown) -> list[Group]:
    keys = {key for pair in sizes for key in pair if key is not None}
    named = {pk: (code, name) for pk, code, name in _names(keys)}
    everywhere, mine = by.everywhere(VIEW_SHEETS), by.units_with(VIEW_SHEETS)
    found = [Group("", "全庁", sum(sizes.values()), shown.city)]
    totals: dict[int | None, int] = defaultdict(int)
    for (bureau, _), number in sizes.items():
        totals[bureau] += number
    for bureau in sorted(totals, key=lambda key: named.get(key or 0, ("", ""))[0]):
        sections = [
            pair for pair in sizes if pair[0] == bureau and (everywhere or pair[1] in mine or bureau in mine)
        ]
        if not sections:
            continue
        name = named[bureau][1] if bureau else NO_BUREAU
        found.append(
            Group(f"b{bureau or 0}", name, totals[bureau], bureau in shown.bureaus, bureau_id=bureau)
        )
        for pair in sorted(sections, key=lambda pair: named[pair[1]][0]):
            label = f"{name}　{named[pair[1]][1]}" if bureau else named[pair[1]][1]
            found.append(
                Group(f"s{pair[1]}", label, sizes[pair], pair in shown.sections, pair[0], unit_id=pair[1])
            )
    return found


def _names(keys: set[int]) -> list[tuple[int, str, str]]:
    return list(Unit.objects.filter(pk__in=keys).values_list("pk", "code", "name"))


def counts(found: Results, group: Group) -> list[Counts]:
    """Return how a *group* of *found* answered each question. One query."""
    rows = SelfCheckAnswer.objects.filter(
        self_check__programme=found.programme, self_check__status="submitted"
    )
    if group.unit_id is not None:
        rows = rows.filter(self_check__unit=group.unit_id, self_check__bureau=group.bureau_id)
    elif group.key:
        rows = rows.filter(self_check__bureau=group.bureau_id)
    if not group.shown:
        rows = rows.none()
    numbers: dict[tuple[int, str], int] = {
        (question, verdict): number
        for question, verdict, number in rows.order_by()
        .values_list("question_id", "verdict")
        .annotate(n=Count("pk"))
    }
    return [
        Counts(
            question,
            *(numbers.get((question.pk, verdict), 0) for verdict in ("conforms", "issue", "not_applicable")),
        )
        for question in found.questions
    ]


def all_counts(found: Results) -> list[tuple[Group, Counts]]:
    """Return how every group of *found* that may be shown answered each question, for an export. One query."""
    rows = SelfCheckAnswer.objects.filter(
        self_check__programme=found.programme, self_check__status="submitted"
    )
    numbers: dict[tuple[str, int, str], int] = defaultdict(int)
    for bureau, unit, question, verdict, number in (
        rows.order_by()
        .values_list("self_check__bureau_id", "self_check__unit_id", "question_id", "verdict")
        .annotate(n=Count("pk"))
    ):
        for key in ("", f"b{bureau or 0}", f"s{unit}"):
            numbers[key, question, verdict] += number
    return [
        (
            group,
            Counts(
                question,
                *(
                    numbers[group.key, question.pk, verdict]
                    for verdict in ("conforms", "issue", "not_applicable")
                ),
            ),
        )
        for group in found.groups
        if group.shown
        for question in found.questions
    ]
