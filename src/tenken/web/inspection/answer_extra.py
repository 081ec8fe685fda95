"""What stands below an answer on the sheet: how to check, the remark, the files. Composed in Python for speed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape as _text

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.inspection.models import Answer, AnswerEvidence
from tenken.inspection.queries.sheets import Brought, Row
from tenken.inspection.rules.standing_by import Offer


def answer_extra(
    *,
    question_id: int,
    guidance: tuple[tuple[str, str], ...],
    remark: str,
    remark_error: str,
    evidence: Sequence[AnswerEvidence],
    evidence_url: str,
    read_only: bool,
) -> SafeString:
    """Return the fold of one question, open when it holds something. *evidence_url* '': no more files."""
    shown = " open" if remark or remark_error or evidence else ""
    files = "".join(_file(row, read_only) for row in evidence)
    listed = f'<ul class="answer__evidence">{files}</ul>' if files else ""
    more = f'<p><a href="{_text(evidence_url)}">証拠のファイルを付ける</a></p>' if evidence_url else ""
    return SafeString(
        f'<details class="answer__more"{shown}><summary>確認のしかた・コメント・証拠</summary>'
        f"{_guidance(guidance)}"
        f"{_remark(question_id, remark, remark_error, read_only)}{listed}{more}</details>"
    )


def answer_choices(row: Row, stand_by_url: str, programme_id: int) -> SafeString:
    """Return what stands below the answer besides: an earlier one to stand by, the one stood by, those brought along.

    *stand_by_url* '': nothing can be chosen.
    """
    parts = []
    if row.offer and stand_by_url:
        parts.append(_offer(row, row.offer, stand_by_url))
    if row.stands_by is not None:
        parts.append(f'<p class="answer__offer">{_text(_stands_by(row.stands_by, programme_id))}</p>')
    if row.brought:
        said = "".join(f"<li>{_text(_brought(one))}</li>" for one in row.brought)
        parts.append(
            f'<div class="answer__offer"><p>統合の前の回答（この課の回答と違うもの）</p><ul>{said}</ul></div>'
        )
    return SafeString("".join(parts))


def _offer(row: Row, offer: Offer, url: str) -> str:
    answer = offer.answer
    label = Answer.Verdict(answer.verdict).label
    words = " ".join(text for text in (answer.reason, answer.comment) if text)
    said = f"（{_text(words)}）" if words else ""
    return (
        f'<div class="answer__offer"><p>前回の回答「{_text(str(label))}」{said}は、{era_date(answer.given_on)}に'
        f"受け付けられ、{era_date(offer.valid_until)}まで有効です。</p>"
        f'<button class="button button--secondary button--small" type="submit" formaction="{url}" name="stand_by"'
        f' value="{row.question.pk}">前回の回答をそのまま使う<span class="visually-hidden">（設問'
        f"{_text(row.question.number)}）</span></button></div>"
    )


def _stands_by(earlier: Answer, programme_id: int) -> str:
    sheet = earlier.sheet
    if sheet.programme_id == programme_id:
        return f"組織の変更の前に、{sheet.unit.name}が記入した回答です。"
    year = FiscalYear(sheet.programme.fiscal_year)
    return (
        f"前回の回答（{year}、{sheet.unit.name}）をそのまま使っています。変えるときは、選び直してください。"
    )


def _brought(one: Brought) -> str:
    words = " ".join(text for text in (one.reason, one.comment) if text)
    return f"{one.unit_name}：{one.verdict_label}{f'　{words}' if words else ''}"


@lru_cache(maxsize=2_048)
def _guidance(guidance: tuple[tuple[str, str], ...]) -> str:
    """Return how to check; the same words come again with every sheet, so their markup is kept."""
    terms = "".join(f"<dt>{_text(term)}</dt><dd>{_text(text)}</dd>" for term, text in guidance if text)
    return f'<dl class="answer__guidance">{terms}</dl>'


def _remark(question_id: int, remark: str, error: str, read_only: bool) -> str:
    if read_only and not remark:
        return ""
    key = f"comment-{question_id}"
    fixed = " readonly" if read_only else ""
    wrong = f' aria-invalid="true" aria-describedby="id_{key}_error"' if error else ""
    said = f'<p class="field__error" id="id_{key}_error">＊{_text(error)}</p>' if error else ""
    return (
        f'<label class="field__label" for="id_{key}">コメント</label>'
        f'<textarea class="control control--textarea control--full" id="id_{key}" name="{key}" rows="2"'
        f"{wrong}{fixed}>{_text(remark)}</textarea>{said}"
    )


def _file(row: AnswerEvidence, read_only: bool) -> str:
    address = reverse("file-download", args=[row.file_id, row.file.name])
    removal = reverse("inspection-evidence-remove", args=[row.pk])
    name, size = _text(row.file.name), filesizeformat(row.file.size)
    button = (
        f' <button class="button button--tertiary button--small" type="submit" formaction="{removal}">'
        f'取り消す<span class="visually-hidden">（{name}）</span></button>'
    )
    return f'<li><a href="{_text(address)}">{name}</a>（{size}）{"" if read_only else button}</li>'
