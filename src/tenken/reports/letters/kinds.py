"""The kinds of letters and their words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.reports.definition import Draft
from tenken.reports.letters.figures import LettersFigures

_TITLES = {
    "letter.number": "文書番号",
    "letter.sender": "差出人",
    "letter.subject": "件名",
    "letter.body": "本文",
    "letter.contact": "問合せ先",
}


@dataclass(frozen=True)
class Kind:
    """One kind of letter. ``subject`` and ``body`` speak of 「{year}」; ``needs`` is what the catalogue says."""

    code: str
    title: str
    subject: str
    body: str
    needs: str


KINDS = (
    Kind(
        "letter-launch",
        "情報セキュリティ点検の実施通知",
        "{year}情報セキュリティ点検の実施について（通知）",
        "このことについて、下記のとおり実施します。貴所属の情報セキュリティの現状と課題を点検し、期限までに点検シートを提出してください。",
        "その年度の情報セキュリティ点検の計画",
    ),
    Kind(
        "letter-reminder",
        "点検シートの提出の督促",
        "{year}情報セキュリティ点検シートの提出について（督促）",
        "このことについて、貴所属の点検シートがまだ提出されていません。下記を確かめ、至急提出してください。行き違いで提出済みのときは、御容赦ください。",
        "実施中の情報セキュリティ点検と、未提出の課公所",
    ),
    Kind(
        "letter-improvement",
        "課題の改善の依頼",
        "{year}情報セキュリティ点検で見られた課題の改善について（依頼）",
        "このことについて、貴所属の自己点検の結果、下記の課題が見られました。課題ごとに改善計画を作り、改善を実施して、期限までに報告してください。",
        "その年度の自己点検で課題が見られた課公所",
    ),
    Kind(
        "letter-result",
        "情報セキュリティ点検の結果の通知",
        "{year}情報セキュリティ点検の結果について（通知）",
        "このことについて、貴所属の結果は下記のとおりです。引き続き情報セキュリティの維持・向上に努めてください。",
        "点検シートが受け付けられた課公所",
    ),
    Kind(
        "letter-visit",
        "訪問調査の実施通知",
        "{year}情報セキュリティ訪問調査の実施について（通知）",
        "このことについて、下記のとおり貴所属を訪問し、点検シートの内容について聞き取りと現場の確認を行います。御協力をお願いします。",
        "訪問調査の予定",
    ),
)


def kind_of(code: str) -> Kind:
    return next(kind for kind in KINDS if kind.code == code)


def drafts(figures: LettersFigures) -> tuple[Draft, ...]:
    """Return what every letter of the batch says, paragraph by paragraph."""
    kind = kind_of(figures.kind)
    texts = {
        "letter.number": "",
        "letter.sender": figures.sender,
        "letter.subject": kind.subject.format(year=figures.year),
        "letter.body": kind.body,
        "letter.contact": "",
    }
    return tuple(
        Draft(key, _TITLES[key], text, {"letters": len(figures.letters)} if key == "letter.body" else {})
        for key, text in texts.items()
    )


def title_of(key: str) -> str | None:
    return _TITLES.get(key)
