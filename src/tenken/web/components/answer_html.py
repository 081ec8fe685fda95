"""The markup of one question with its answers.

A sheet draws 140 of these, so they are composed here and not by a template (which took 19 ms of a page's 50; this
takes 3). Whatever comes from outside passes ``_text``.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as _text

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from tenken.web.components.answers import AnswerGroup

_REQUIRED = ' <span class="required-mark">※必須</span>'


def answer_html(answer: AnswerGroup) -> SafeString:
    """Return *answer* as a fieldset."""
    return SafeString("".join(_parts(answer)))


def _parts(answer: AnswerGroup) -> Iterator[str]:
    name = _text(answer.name)
    yield _opening(answer, name)
    yield _question(answer)
    if answer.help or answer.clause:
        yield _help(answer, name)
    if answer.version:
        yield (f'<input type="hidden" name="version" id="id_{name}_version" value="{_text(answer.version)}">')
    yield f'<div class="answer__row">{_choices(answer, name)}{_last(answer)}</div>'
    if answer.error:
        yield f'<p class="field__error" id="id_{name}_error">＊{_text(answer.error)}</p>'
    if answer.comment_name:
        yield _comment(answer, name)
    yield conditional_escape(answer.extra)
    if answer.save_url:
        yield '<p class="answer__status" data-autosave-note></p>'
    yield "</fieldset>"


def _opening(answer: AnswerGroup, name: str) -> str:
    error = " answer--error" if answer.error or answer.comment_error else ""
    described = f' aria-describedby="{_text(answer.described_by)}"' if answer.described_by else ""
    saving = ""
    if answer.save_url:
        saving = (
            f' hx-post="{_text(answer.save_url)}" hx-trigger="change, save-again" hx-include="this"'
            ' hx-swap="none" hx-sync="this:queue last" data-autosave'
        )
    return f'<fieldset class="answer{error}" id="id_{name}" tabindex="-1"{described}{saving}>'


def _question(answer: AnswerGroup) -> str:
    number = f'<span class="answer__number">{_text(answer.number)}</span>' if answer.number else ""
    required = _REQUIRED if answer.required else ""
    return f'<legend class="answer__question">{number}<span>{_text(answer.text)}{required}</span></legend>'


def _help(answer: AnswerGroup, name: str) -> str:
    clause = _text(answer.clause)
    if answer.clause and answer.clause_url:
        clause = f'<a href="{_text(answer.clause_url)}">{clause}</a>'
    basis = f' <span class="answer__clause">（根拠：{clause}）</span>' if answer.clause else ""
    key = f' id="id_{name}_help"' if answer.help else ""
    return f'<p class="answer__help"{key}>{_text(answer.help)}{basis}</p>'


def _choices(answer: AnswerGroup, name: str) -> str:
    disabled = " disabled" if answer.read_only else ""
    drawn = []
    for value, label in answer.choices:
        code = _text(value)
        checked = " checked" if value == answer.value else ""
        drawn.append(
            f'<label class="answer__choice answer__choice--{code}">'
            f'<input type="radio" name="{name}" value="{code}"{checked}{disabled}>'
            f"<span>{_text(str(label))}</span></label>"
        )
    return f'<div class="answer__choices">{"".join(drawn)}</div>'


def _last(answer: AnswerGroup) -> str:
    if not answer.last:
        return ""
    comment = (
        f'<p class="answer__last-comment">{_text(answer.last_comment)}</p>' if answer.last_comment else ""
    )
    return (
        '<div class="answer__last"><p><span class="answer__last-label">前回の回答</span> '
        f"{_text(answer.last)}</p>{comment}</div>"
    )


def _comment(answer: AnswerGroup, name: str) -> str:
    key = _text(answer.comment_name)
    wrong, error = "", ""
    if answer.comment_error:
        wrong = f' aria-invalid="true" aria-describedby="id_{key}_error"'
        error = f'<p class="field__error" id="id_{key}_error">＊{_text(answer.comment_error)}</p>'
    fixed = " readonly" if answer.read_only else ""
    return (
        f'<div class="answer__comment" data-reveal-by="{name}" data-reveal-for="{_text(answer.reveal)}">'
        f'<label class="field__label" for="id_{key}">{_text(answer.comment_label)}</label>'
        f'<textarea class="control control--textarea control--full" id="id_{key}" name="{key}" rows="3"'
        f"{wrong}{fixed}>{_text(answer.comment)}</textarea>{error}</div>"
    )
