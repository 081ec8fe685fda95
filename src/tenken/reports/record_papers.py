"""Papers of one record rather than of one year: an audit's notice and report, the measures of a report as of a day.

Each is printed from what stands (or stood, on the day asked for), never typed; so none has editions. One line for each
below; what each is stands in its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.reports.blocks import Paper


@dataclass(frozen=True)
class RecordPaper:
    """One paper. ``code`` names it in addresses and on the command line; ``needs`` says in Japanese what must exist.

    ``of``: (who asks, the record's key, the day as of which) → the paper; ``Missing`` or
    ``Denied`` when it is not theirs. ``records``: the keys of those *by* may print as of a day, each with a short name for
    its file. ``dated``: it differs with the day; otherwise the day only dates the sheet.
    """

    code: str
    title: str
    forms: tuple[str, ...]
    needs: str
    of: Callable[[Principal, int, date], Paper]
    records: Callable[[Principal, date], Iterable[tuple[str, int]]]
    dated: bool = False


def record_papers() -> tuple[RecordPaper, ...]:
    """Return every such paper, in the order they are listed."""
    from tenken.reports import audits, corrective_action, measures, rotation

    return (*measures.PAPERS, *audits.PAPERS, *rotation.PAPERS, *corrective_action.PAPERS)


def record_paper(code: str) -> RecordPaper:
    """Return the paper with *code*; ``Missing`` when there is none."""
    for paper in record_papers():
        if paper.code == code:
            return paper
    raise Missing(f"「{code}」という資料はありません。")
