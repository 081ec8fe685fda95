"""The opening of the casebook. Pure."""

from __future__ import annotations

from tenken.reports.casebook.figures import CasebookFigures
from tenken.reports.definition import Draft

_KEY, _TITLE = "casebook.opening", "はじめに"


def drafts(figures: CasebookFigures) -> tuple[Draft, ...]:
    """Return the opening, with how many cases of each kind there are."""
    measures, good = len(figures.of_kind(False)), len(figures.of_kind(True))
    counts = [f"課題と対策の事例{measures:,}件"] if measures else []
    counts += [f"優良事例{good:,}件"] if good else []
    text = (
        f"{figures.year}の情報セキュリティ点検と訪問調査から、{'と'.join(counts)}をまとめた。"
        "各課公所は、自らの対策の見直しに役立てること。"
    )
    return (Draft(_KEY, _TITLE, text, {"measures": measures, "good_practices": good}),)


def title_of(key: str) -> str | None:
    return _TITLE if key == _KEY else None
