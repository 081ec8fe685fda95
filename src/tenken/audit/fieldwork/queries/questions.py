"""Questions and answers as one person may read them, and as papers print them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery

from tenken.audit.fieldwork.seeing import Sight, sight_of
from tenken.audit.models import AnswerFile, AnswerPart, Engagement, EvidenceRequest, Question, QuestionRound
from tenken.audit.models.questions import Withheld
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common.refusals import Missing
from tenken.organization.access import Principal

OMITTED = "省略"


@dataclass(frozen=True)
class ReadPart:
    """A part of an answer as its reader gets it: ``text`` is what they may read; ``row`` is for what they may do with it."""

    row: AnswerPart
    heading: str
    text: str
    withheld: bool
    hidden: bool


@dataclass(frozen=True)
class ReadFile:
    """A file of an answer; ``file_id`` None where the reader may not open it."""

    row: AnswerFile
    label: str
    name: str
    withheld: bool
    hidden: bool


@dataclass(frozen=True)
class ReadRound:
    row: QuestionRound
    parts: tuple[ReadPart, ...]
    files: tuple[ReadFile, ...]

    @property
    def answer_label(self) -> str:
        return f"A{str(self.row)[1:]}"

    @property
    def withheld_shown(self) -> int:
        """How many withheld parts and files the reader gets in full."""
        parts = sum(part.withheld and not part.hidden for part in self.parts)
        return parts + sum(file.withheld and not file.hidden for file in self.files)


@dataclass(frozen=True)
class ReadQuestion:
    """One question with its rounds as *sight* reads it. ``withheld_read``: how many withheld parts and files it shows in
    full, for the access log."""

    row: Question
    sight: Sight
    rounds: tuple[ReadRound, ...]
    requests: tuple[EvidenceRequest, ...]
    withheld_read: int = 0

    @property
    def last(self) -> ReadRound:
        return self.rounds[-1]

    @property
    def may_answer(self) -> bool:
        return self.row.status == Question.Status.ASKED and self.sight.answers_for(self.row.unit_id)


def _rows() -> QuerySet[Question]:
    last = QuestionRound.objects.filter(question=OuterRef("pk")).order_by("-round")
    return (
        Question.objects.select_related("engagement__city", "engagement__unit", "engagement__system", "unit")
        .annotate(
            due=Subquery(last.values("due_on")[:1]),
            asked=Subquery(last.values("asked_on")[:1]),
            text=Subquery(last.values("text")[:1]),
            rounds_asked=Max("rounds__round"),
        )
        .order_by("engagement", "number")
    )


def questions_of(engagement: Engagement, sight: Sight) -> QuerySet[Question]:
    """Return the questions of an audit the reader sees, with ``due``, ``text`` and number of rounds of the last round."""
    rows = _rows().filter(engagement=engagement)
    return rows if sight.works else rows.filter(_addressed(sight.by))


def questions_to(by: Principal) -> QuerySet[Question]:
    """Return the questions addressed to the sections *by* answers auditors for; none without that capability."""
    return _rows().filter(_addressed(by), engagement__city=by.city_id)


def requests_of(engagement: Engagement, sight: Sight) -> QuerySet[EvidenceRequest]:
    """Return the requests for material of an audit the reader sees."""
    rows = EvidenceRequest.objects.filter(engagement=engagement).select_related(
        "unit", "question", "engagement"
    )
    return (rows if sight.works else rows.filter(_addressed(sight.by))).order_by("number")


def requests_to(by: Principal) -> QuerySet[EvidenceRequest]:
    """Return the requests for material addressed to the sections *by* answers auditors for."""
    rows = EvidenceRequest.objects.select_related("engagement", "unit", "question")
    return rows.filter(_addressed(by), engagement__city=by.city_id)


def _addressed(by: Principal) -> Q:
    return Q() if by.everywhere(ANSWER_AUDITORS) else Q(unit__in=by.units_with(ANSWER_AUDITORS))


def find_question(by: Principal, pk: int) -> tuple[Question, Sight]:
    """Return a question *by* may see, and what they see of its audit; ``Missing`` otherwise."""
    row = _rows().filter(pk=pk, engagement__city=by.city_id).first()
    if row is not None:
        sight = sight_of(by, row.engagement)
        if sight.sees(row.unit_id):
            return row, sight
    raise Missing("質問が見つかりません。")


def read_question(row: Question, sight: Sight) -> ReadQuestion:
    """Return a question with what *sight* may read of its answers. Four queries. A draft is its writers' alone."""
    rounds = row.rounds.order_by("round").prefetch_related(
        Prefetch("parts", queryset=AnswerPart.objects.order_by("order")),
        Prefetch(
            "files",
            queryset=AnswerFile.objects.filter(removed_on__isnull=True).select_related("file").order_by("pk"),
        ),
    )
    own = sight.answers_for(row.unit_id)
    found = tuple(_read_round(one, row, sight, own) for one in rounds)
    shown = sum(one.withheld_shown for one in found)
    return ReadQuestion(row, sight, found, tuple(row.requests.order_by("number")), shown)


def _read_round(one: QuestionRound, question: Question, sight: Sight, own: bool) -> ReadRound:
    if one.answered_on is None and not own:
        return ReadRound(one, (), ())
    parts, files = [], []
    for part in one.parts.all():
        hidden = not sight.reads(part, question.unit_id)
        text = omitted(part) if hidden else part.text
        parts.append(ReadPart(part, part.heading, text, part.is_withheld, hidden))
    for file in one.files.all():
        hidden = not sight.reads(file, question.unit_id)
        name = omitted(file) if hidden else file.file.name
        files.append(ReadFile(file, file.label, name, file.is_withheld, hidden))
    return ReadRound(one, tuple(parts), tuple(files))


def omitted(one: Withheld) -> str:
    """Return what stands in the place of something withheld: 「省略（理由）」, after the words published instead."""
    mark = f"「{OMITTED}（{one.withheld_because}）」"
    return f"{one.public_text}\n{mark}" if one.public_text else mark


# --- papers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrintedPart:
    heading: str
    text: str
    withheld: bool
    because: str = ""
    legal_ground: str = ""


@dataclass(frozen=True)
class PrintedAnnex:
    label: str
    name: str
    withheld: bool
    because: str = ""


@dataclass(frozen=True)
class PrintedRound:
    """``number`` Q1 or Q1-2, ``answer_number`` A1 or A1-2; ``answered_on`` None: no answer (yet)."""

    number: str
    answer_number: str
    text: str
    asked_on: date
    due_on: date
    asked_by: str
    answered_on: date | None
    answered_by: str
    parts: tuple[PrintedPart, ...]
    annexes: tuple[PrintedAnnex, ...]

    @property
    def omitted(self) -> int:
        """How many parts and annexes of it are withheld."""
        return sum(part.withheld for part in self.parts) + sum(one.withheld for one in self.annexes)


@dataclass(frozen=True)
class PrintedQuestion:
    number: int
    topic: str
    unit: str
    status: str
    rounds: tuple[PrintedRound, ...]
    materials: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class QuestionsAndAnswers:
    """情報管理に関してのＱ＆Ａ（全 55 項目）: ``omitted`` counts what was left out of it."""

    theme: str
    unit: str
    published: bool
    questions: tuple[PrintedQuestion, ...] = field(default=())
    omitted: int = 0


def questions_and_answers(engagement: Engagement, *, published: bool) -> QuestionsAndAnswers:
    """Return all questions of an audit with their answers, frozen. Five queries; who may print it, the caller asks.

    *published*: for the public. What is withheld reads 「省略（理由）」, people and withdrawn questions are left out.
    """
    rows = (
        engagement.questions.select_related("unit")
        .prefetch_related(
            Prefetch("requests", queryset=EvidenceRequest.objects.order_by("number")),
            Prefetch("rounds", queryset=QuestionRound.objects.order_by("round")),
            Prefetch("rounds__parts", queryset=AnswerPart.objects.order_by("order")),
            Prefetch(
                "rounds__files",
                queryset=AnswerFile.objects.filter(removed_on__isnull=True)
                .select_related("file")
                .order_by("pk"),
            ),
        )
        .order_by("number")
    )
    if published:
        rows = rows.exclude(status=Question.Status.WITHDRAWN)
    printed = tuple(_printed(row, published) for row in rows)
    left_out = sum(one.omitted for row in printed for one in row.rounds)
    return QuestionsAndAnswers(
        engagement.theme, engagement.unit.name, published, printed, left_out if published else 0
    )


def _printed(row: Question, published: bool) -> PrintedQuestion:
    return PrintedQuestion(
        row.number,
        row.topic,
        row.unit.name,
        row.get_status_display(),
        tuple(_printed_round(one, published) for one in row.rounds.all()),
        tuple((str(one), one.what, one.get_status_display()) for one in row.requests.all()),
    )


def _printed_round(one: QuestionRound, published: bool) -> PrintedRound:
    answered = one.answered_on is not None
    parts = one.parts.all() if answered else ()
    files = one.files.all() if answered else ()
    return PrintedRound(
        number=str(one),
        answer_number=f"A{str(one)[1:]}",
        text=one.text,
        asked_on=one.asked_on,
        due_on=one.due_on,
        asked_by="" if published else one.asked_by_name,
        answered_on=one.answered_on,
        answered_by="" if published else one.answered_by_name,
        parts=tuple(
            PrintedPart(
                part.heading,
                omitted(part) if published and part.is_withheld else part.text,
                part.is_withheld,
                part.withheld_because,
                part.legal_ground,
            )
            for part in parts
        ),
        annexes=tuple(
            PrintedAnnex(
                file.label,
                omitted(file) if published and file.is_withheld else file.file.name,
                file.is_withheld,
                file.withheld_because,
            )
            for file in files
        ),
    )


def counts_of(engagement: Engagement) -> dict[str, int]:
    """Return how many questions of an audit stand where, by status. One query."""
    rows = engagement.questions.values("status").annotate(number=Count("pk")).values_list("status", "number")
    return dict(rows)
