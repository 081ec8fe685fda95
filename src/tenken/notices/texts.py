"""The wording of mails, by kind. Short, in the words of the year, with what to do and until when."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from typing import Final

SIGNATURE: Final = "――\nこのメールは点検システム（Tenken）が自動で送信しています。返信はできません。"


@dataclass(frozen=True)
class Text:
    """Subject and body with named places ``{name}``."""

    subject: str
    body: str


TEXTS: Final[dict[str, Text]] = {
    "inspection.reminder": Text(
        "【点検】{programme}の提出期限が近づいています",
        "{unit}の点検シートが、まだ提出されていません（{status}）。\n{due}までに記入して、提出してください。",
    ),
    "inspection.overdue": Text(
        "【点検】{programme}の提出期限を過ぎています",
        "{unit}の点検シートの提出期限（{due}）を過ぎました。\nすぐに記入して提出するか、事務局に事情を連絡してください。",
    ),
    "inspection.returned": Text(
        "【点検】{unit}の点検シートが差し戻されました",
        "{programme}の点検シートが差し戻されました。\n理由：{reason}\n直して、もう一度提出してください。",
    ),
    "approvals.waiting": Text(
        "【決裁】{title}",
        "{unit}から決裁の依頼が届いています。\n内容を確かめて、承認するか差し戻してください。",
    ),
    "approvals.decided": Text(
        "【決裁】{title}：{outcome}", "{unit}の「{title}」は{outcome}となりました。\n{comment}"
    ),
    "findings.assigned": Text(
        "【課題】{unit}に改善をお願いする事項があります（{count}件）",
        "改善の計画を{due}までに入力してください。",
    ),
    "findings.reminder": Text(
        "【課題】改善の報告をお待ちしています（{count}件）",
        "{unit}の改善のうち{count}件が、まだ報告されていません（期限：{due}）。\n進み具合と、終わったものの証拠を入力してください。",
    ),
    "visit.scheduled": Text(
        "【訪問調査】{unit}に{day}に伺います",
        "訪問調査の日時が決まりました。\n日時：{day} {time}\n場所：{place}\n調査員：{visitors}\nお願い：{request}",
    ),
    "transfer.inherited": Text(
        "【引継ぎ】{post}の未完了の業務（{count}件）",
        "{date}付けの異動により、前任者の未完了の業務{count}件を引き継ぎました。\n一覧を確かめてください。",
    ),
    "job.done": Text("【処理】{title}が終わりました", "{title}が終わりました。\n{message}"),
    "job.failed": Text("【処理】{title}ができませんでした", "{title}ができませんでした。\n{message}"),
}


def notice_text(kind: str, **values: object) -> tuple[str, str]:
    """Return (subject, body) of *kind* with its places filled; line breaks in the subject's values become blanks.

    ``KeyError`` for an unknown kind, ``ValueError`` naming the places when *values* are not exactly those it has.
    """
    text = TEXTS[kind]
    places = places_of(text)
    if places != set(values):
        raise ValueError(f"{kind}: {sorted(places ^ set(values))}")
    one_line = {name: " ".join(str(value).split()) for name, value in values.items()}
    return text.subject.format_map(one_line), text.body.format_map(values).rstrip()


def places_of(text: Text) -> set[str]:
    """Return the names of the places in *text*."""
    return {name for part in (text.subject, text.body) for _, name, _, _ in Formatter().parse(part) if name}
