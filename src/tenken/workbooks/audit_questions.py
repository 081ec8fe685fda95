"""質問票: the questions auditors wait for as a workbook to answer offline, and back: read → difference → written.

questions_workbook(by=by)                                   the file that goes out
found = answers_difference(by=by, name=…, content=…)        nothing is written
apply_answers(by=by, found=found, shown=found.digest)       writes what was shown, all of it or nothing
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from tenken.audit.fieldwork.operations.answering import (
    ImportedAnswer,
    PartText,
    Withholding,
    import_answers,
)
from tenken.audit.fieldwork.queries.questions import questions_to
from tenken.audit.models import AnswerPart, Question, QuestionRound
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.common.tabular_files import cell_place, cell_text
from tenken.common.workbook_cells import SheetCells, cell_address, read_cells
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.queries.naming import names_with_bureau
from tenken.workbooks.lists import list_workbook

TITLE: Final = "監査人からの質問票"
GIVEN: Final = ("監査", "番号", "版", "宛先", "件名", "質問", "期限", "依頼された資料")
TYPED: Final = ("見出し", "回答", "省略する理由", "根拠", "提出")
COLUMNS: Final = (*GIVEN, *TYPED)
YES: Final = "○"
_MAX_ROWS: Final = 3_000


@dataclass(frozen=True)
class AnswerChange:
    """What a file changes of one answer: (part, before, after) each."""

    question: Question
    answer: ImportedAnswer
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class AnswersDifference:
    """What a file would write. ``digest`` stands for exactly that; ``unchanged`` counts the answers that stay."""

    name: str
    changes: tuple[AnswerChange, ...]
    unchanged: int
    digest: str


def questions_workbook(*, by: Principal) -> bytes:
    """Return the questions that wait for *by*'s sections with their drafts, one row a part and one to go on with."""
    rows = _open(by)
    names = names_with_bureau(by.city, {row.unit_id for row in rows}, by.on)
    lines: list[tuple[object, ...]] = []
    for row in rows:
        last = _last(row)
        materials = "、".join(f"{one}　{one.what}" for one in row.requests.all())
        head = (str(row.engagement), str(last), row.version, names[row.unit_id])
        asked = (row.topic, last.text, last.due_on, materials)
        parts = [_shown(part) for part in last.parts.all()]
        for place, typed in enumerate([*parts, ("", "", "", "")]):
            lines.append((*head, *(asked if place == 0 else ("", "", None, "")), *typed, ""))
    return list_workbook(
        title=TITLE,
        header=COLUMNS,
        rows=lines,
        notes=(
            "「見出し」から右の列を入力して、「監査人からの質問」のページから取り込んでください。番号と版は変えないでください。",
            "回答を分けるときは、同じ番号と版の行を続けて入力します。公表を省略する部分は、理由と根拠を入力してください。",
            f"取り込むと下書きになります。提出までするときは、「提出」に「{YES}」を入力してください。",
        ),
    )


def answers_difference(*, by: Principal, name: str, content: bytes) -> AnswersDifference:
    """Read a filled workbook and return what it would change.

    ``Invalid`` with sheet, row and column for another form, a formula, a question that is not there, foreign or stale.
    """
    require_somewhere(by, ANSWER_AUDITORS)
    sheet, top, columns = _form(read_cells(content, name), name)
    standing = {(str(row.engagement), str(_last(row))): row for row in _open(by)}
    reading = _Reading(sheet, columns, standing)
    for number in range(top + 1, len(sheet.rows)):
        if number - top > _MAX_ROWS:
            raise Invalid(f"一度に取り込めるのは{_MAX_ROWS:,}行までです。")
        reading.take(number)
    changes = [change for row in reading.parts if (change := reading.change(row)) is not None]
    if reading.problems:
        raise Invalid(
            f"「{name}」に取り込めないところが{len(reading.problems)}か所あります。", reading.problems[:200]
        )
    said = [(one.answer.question_id, one.answer.version, one.cells) for one in changes]
    return AnswersDifference(
        name,
        tuple(changes),
        len(reading.parts) - len(changes),
        hashlib.sha256(repr(said).encode()).hexdigest(),
    )


def apply_answers(*, by: Principal, found: AnswersDifference, shown: str) -> int:
    """Write what *found* says and return how many answers. ``Stale`` when *shown* (its digest) is of something else."""
    if shown != found.digest:
        raise Stale("表示したあとに内容が変わりました。ファイルをもう一度選んでください。")
    return import_answers(by=by, answers=[change.answer for change in found.changes], source=found.name)


def _open(by: Principal) -> list[Question]:
    rounds = QuestionRound.objects.order_by("round").prefetch_related(
        Prefetch("parts", queryset=AnswerPart.objects.order_by("order"))
    )
    rows = questions_to(by).filter(status=Question.Status.ASKED)
    return list(rows.prefetch_related(Prefetch("rounds", queryset=rounds), "requests"))


def _last(row: Question) -> QuestionRound:
    return list(row.rounds.all())[-1]


def _shown(part: AnswerPart) -> tuple[str, str, str, str]:
    return part.heading, part.text, part.withheld_because, part.legal_ground


def _form(sheets: dict[str, SheetCells], name: str) -> tuple[SheetCells, int, dict[str, int]]:
    """Return the sheet that is this form, the row of its header (from 0) and its columns."""
    for sheet in sheets.values():
        for number, cells in enumerate(sheet.rows[:20]):
            names = [cell_text(cell) for cell in cells]
            if set(COLUMNS) <= set(names):
                return sheet, number, {column: names.index(column) for column in COLUMNS}
    raise Invalid(
        f"「{name}」は「{TITLE}」の様式ではありません。",
        [Problem("「監査人からの質問」のページから出力したファイルに入力してください。")],
    )


@dataclass
class _Part:
    number: int
    heading: str
    text: str
    because: str
    ground: str
    hand_in: bool


class _Reading:
    """A file being read: its parts by question, every problem with its cell."""

    def __init__(
        self, sheet: SheetCells, columns: dict[str, int], standing: dict[tuple[str, str], Question]
    ) -> None:
        self.sheet, self.columns, self.standing = sheet, columns, standing
        self.problems: list[Problem] = []
        self.parts: dict[tuple[str, str], list[_Part]] = defaultdict(list)

    def take(self, number: int) -> None:
        """Read one row."""
        cells = {name: self._text(number, name) for name in COLUMNS}
        if not any(cells.values()):
            return
        for name, column in self.columns.items():
            if cell_address(number + 1, column + 1) in self.sheet.formulas:
                self._wrong(number, name, "数式は取り込めません。値を入力してください。")
        key = (cells["監査"], cells["番号"])
        question = self.standing.get(key)
        if question is None:
            self._wrong(
                number,
                "番号",
                f"回答を待っている質問「{cells['番号'][:20]}」は、あなたの課公所にありません。",
            )
            return
        if cells["版"] != str(question.version):
            self._wrong(
                number,
                "版",
                f"出力したあとに質問{cells['番号']}が変更されました（いまの版は{question.version}）。出力し直してください。",
            )
            return
        if cells["提出"] not in ("", YES, "〇", "◯"):
            self._wrong(
                number, "提出", f"提出するときは「{YES}」を入力し、そうでないときは空にしてください。"
            )
        if bool(cells["省略する理由"]) != bool(cells["根拠"]):
            missing = "根拠" if cells["省略する理由"] else "省略する理由"
            self._wrong(number, missing, "省略する理由と根拠は、両方を入力してください。")
        if cells["省略する理由"] and not cells["回答"]:
            self._wrong(number, "回答", "省略する回答を入力してください。")
        for name, limit in (("見出し", 200), ("回答", 8_000), ("省略する理由", 300), ("根拠", 300)):
            if len(cells[name]) > limit:
                self._wrong(number, name, f"{limit:,}文字までです（入力は{len(cells[name]):,}文字）。")
        said = (cells["見出し"], cells["回答"], cells["省略する理由"], cells["根拠"])
        self.parts[key].append(_Part(number, *said, bool(cells["提出"])))

    def change(self, key: tuple[str, str]) -> AnswerChange | None:
        """Return what the file changes of one answer; None when it stays as it is."""
        question = self.standing[key]
        before = [_shown(part) for part in _last(question).parts.all()]
        filled = [part for part in self.parts[key] if part.text or part.heading]
        after = [(part.heading, part.text, part.because, part.ground) for part in filled]
        hand_in = any(part.hand_in for part in self.parts[key])
        for place, part in enumerate(filled):
            kept = place < len(before) and before[place][:2] == (part.heading, part.text)
            if kept and before[place][2] and not part.because:
                self._wrong(part.number, "省略する理由", "省略をやめるときは、質問のページで行ってください。")
        if before == after and not hand_in:
            return None
        cells = [
            (f"回答{place + 1}", _words(before, place), _words(after, place))
            for place in range(max(len(before), len(after)))
            if _words(before, place) != _words(after, place)
        ]
        if hand_in:
            cells.append(("提出", "", YES))
        answer = ImportedAnswer(
            question_id=question.pk,
            version=question.version,
            parts=tuple(PartText(part.text, part.heading) for part in filled),
            withheld=tuple(
                (place, Withholding(part.because, part.ground))
                for place, part in enumerate(filled, start=1)
                if part.because
                and (
                    place > len(before)
                    or before[place - 1] != (part.heading, part.text, part.because, part.ground)
                )
            ),
            hand_in=hand_in,
            place=cell_place(self.sheet.name, self.parts[key][0].number),
        )
        return AnswerChange(question, answer, tuple(cells))

    def _text(self, number: int, name: str) -> str:
        text = cell_text(self.sheet.value(number + 1, self.columns[name] + 1))
        return text.replace("\r\n", "\n")

    def _wrong(self, number: int, name: str, message: str) -> None:
        place = cell_place(self.sheet.name, number, self.columns[name])
        self.problems.append(Problem(message, f"{place}「{name}」"))


def _words(parts: list[tuple[str, str, str, str]], place: int) -> str:
    if place >= len(parts):
        return ""
    heading, text, because, ground = parts[place]
    head = f"［{heading}］" if heading else ""
    tail = f"（公表を省略：{because}、{ground}）" if because else ""
    return f"{head}{text}{tail}"
