"""The form as blocks: what was found, what will be done, what was done, what the checker says, who signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tenken.common.era import era_date
from tenken.findings.queries.corrective_action import CorrectiveAction
from tenken.reports.blocks import Block, Cell, Closing, Column, Heading, Paper, Table

CODE = "corrective-action"
TITLE = "情報セキュリティ発見事項報告書兼是正処置計画報告書"


def form_paper(city_name: str, form: CorrectiveAction, on: date) -> Paper:
    """Return *form* as a paper dated *on*."""
    return Paper(
        code=CODE,
        title=TITLE,
        number="",
        city_name=city_name,
        issued_on=on,
        fiscal_year=form.fiscal_year,
        header=f"課題番号{form.number}　{form.section}　{era_date(on)}現在",
        blocks=tuple(_blocks(form)),
    )


def _blocks(form: CorrectiveAction) -> Iterator[Block]:
    yield Heading(1, "発見事項")
    yield _lines("found", "発見事項の報告", _found(form))
    yield Heading(1, "是正処置計画")
    yield _lines("plan", "是正処置の計画", _plan(form))
    yield Heading(1, "是正処置の結果")
    if form.measures:
        yield _measures(form)
    if form.result or not form.measures:
        result: list[tuple[str, Cell]] = [("行ったこと", form.result), ("実施日", form.result_on)]
        yield _lines("result", "是正処置の結果", result)
    yield Heading(1, "監査人・事務局の確認")
    yield _lines(
        "check",
        "確認の結果",
        [
            ("結果", form.check),
            ("確認日", form.checked_on),
            ("確認した者", form.checked_by),
            ("意見", form.check_comment),
            ("完了日", form.closed_on),
            ("現在の状態", form.status),
        ],
    )
    yield Heading(1, "確認者")
    yield Table(
        "signatures",
        "手続を行った者",
        (
            Column("手続", width=2.0),
            Column("氏名", width=2.0),
            Column("日付", width=2.0),
            Column("確認印", width=1.0),
        ),
        tuple((one.step, one.name or None, one.on, "") for one in form.signatures),
    )
    yield Closing()


def _found(form: CorrectiveAction) -> list[tuple[str, Cell]]:
    return [
        ("番号", form.number),
        ("発見日", form.found_on),
        ("発見した所属", form.section),
        ("情報システム", form.system),
        ("発見の経緯", form.origin),
        ("発見した者", form.found_by),
        ("報告書", form.source),
        ("区分", form.kind),
        ("着眼点", form.viewpoint),
        ("発見した内容", "\n".join(part for part in (form.title, form.detail) if part)),
        ("根拠（点検項目）", form.question),
        ("根拠（条項）", "\n".join(form.criteria)),
        ("証拠", "\n".join(form.evidence)),
        ("リスク", form.risk),
        ("是正の期限", form.due_on),
    ]


def _plan(form: CorrectiveAction) -> list[tuple[str, Cell]]:
    rows: list[tuple[str, Cell]] = [
        ("原因", form.cause),
        ("応急処置", form.immediate_action),
        ("是正処置", form.corrective_action),
        ("担当", form.owner),
        ("予定日", form.plan_due_on),
        ("対策の区分", form.level),
        ("予算", form.budget),
    ]
    if form.not_improved:
        rows.append(("改善できない理由", form.not_improved))
    if form.compensating_measure:
        rows += [("リスク低減策", form.compensating_measure), ("見直し日", form.review_on)]
    return rows


def _measures(form: CorrectiveAction) -> Table:
    return Table(
        "measures",
        "措置の状況",
        (
            Column("区分", width=1.0),
            Column("日付", width=1.4),
            Column("措置", width=4.0),
            Column("予定の期限", width=1.4),
            Column("決めた者", width=1.4),
        ),
        tuple(
            (f"【{one.status}】", one.on, one.text, one.promised_until, one.decided_by)
            for one in form.measures
        ),
    )


def _lines(key: str, caption: str, rows: Sequence[tuple[str, Cell]]) -> Table:
    """Return a form's lines as a table of label and value; what is not there yet prints as such."""
    return Table(
        key,
        caption,
        (Column("項目", width=1.0), Column("内容", width=4.0)),
        tuple((label, value if value != "" else None) for label, value in rows),
    )
