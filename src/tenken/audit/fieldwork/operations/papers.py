"""Working papers: written once, sealed, superseded by a new one, linked to what they are the evidence of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction

from tenken.audit.fieldwork.operations.applying import (
    auditors_engagement,
    next_number,
    note,
    recording_engagement,
)
from tenken.audit.fieldwork.sealing import SUBJECT, WRITE, seal
from tenken.audit.models import (
    ChecklistLine,
    Engagement,
    FieldworkSettings,
    PaperLink,
    Question,
    Reconciliation,
    ReportItem,
    VisitItem,
    WorkingPaper,
    WorkingPaperFile,
)
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.common import clock
from tenken.common.refusals import Missing, Stale
from tenken.files.models import StoredFile
from tenken.files.operations import store
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks, refuse

FILES = "audit.fieldwork"
MAX_FILES: Final = 20
SERIES: Final = {
    WorkingPaper.Kind.CHECKLIST: "A",
    WorkingPaper.Kind.EVIDENCE: "B",
    WorkingPaper.Kind.INTERVIEW: "C",
    WorkingPaper.Kind.OBSERVATION: "D",
    WorkingPaper.Kind.PHOTOGRAPH: "E",
    WorkingPaper.Kind.CALCULATION: "F",
    WorkingPaper.Kind.OTHER: "G",
}


@dataclass(frozen=True)
class PaperTargets:
    """What a paper is the evidence of, by key; all of one audit."""

    lines: tuple[int, ...] = ()
    visit_items: tuple[int, ...] = ()
    questions: tuple[int, ...] = ()
    reconciliations: tuple[int, ...] = ()
    items: tuple[int, ...] = ()


@transaction.atomic
def write_paper(
    *,
    by: Principal,
    engagement: Engagement,
    kind: str,
    title: str,
    text: str = "",
    source: str = "",
    made_on: date | None = None,
    uploads: Sequence[tuple[str, Any]] = (),
    stored: Iterable[StoredFile] = (),
    targets: PaperTargets | None = None,
    supersedes: WorkingPaper | None = None,
    because: str = "",
    on: date | None = None,
) -> WorkingPaper:
    """Write a working paper of *kind*, sealed at once, and return it with its number.

    *uploads*: (name, stream) of new files; *stored*: files handed in already. *supersedes*: the paper it corrects, whose
    files and links it takes over unless others are given, and *because* says why. ``Invalid`` names kind, title, text,
    source, made_on, uploads, because; ``Stale`` when the corrected paper was superseded already.
    """
    engagement = recording_engagement(by, engagement, on)
    day = on or clock.today()
    paper = _checked(engagement, kind, title, text, source, made_on or day, len(uploads), day)
    if supersedes is not None:
        _supersede(paper, supersedes, because)
    files = [
        *stored,
        *(
            store(by=by, city_code=by.city_code, name=name, stream=stream, subject=(FILES, engagement.pk))
            for name, stream in uploads
        ),
    ]
    if supersedes is not None and not files:
        files = [one.file for one in supersedes.files.select_related("file")]
    if not (paper.text or files):
        raise refuse("内容を入力するか、ファイルを付けてください。", label="内容", field="text")
    paper.series = SERIES[WorkingPaper.Kind(kind)]
    paper.number = next_number(WorkingPaper.objects.filter(engagement=engagement, series=paper.series))
    paper.by_code, paper.by_name, paper.recorded_at = by.actor.code, by.actor.name, clock.now()
    paper.sha256 = seal(paper, (file.sha256 for file in files))
    paper.save(force_insert=True)
    WorkingPaperFile.objects.bulk_create([WorkingPaperFile(paper=paper, file=file) for file in files])
    _link(paper, targets or (_targets_of(supersedes) if supersedes else PaperTargets()))
    note(
        by,
        WRITE,
        (SUBJECT, paper.pk),
        {
            "engagement": engagement.pk,
            "paper": str(paper),
            "title": paper.title,
            "sha256": paper.sha256,
            "files": [file.sha256 for file in files],
            "supersedes": supersedes.pk if supersedes else None,
            "because": paper.superseded_because,
        },
        on,
    )
    return paper


def _checked(
    engagement: Engagement,
    kind: str,
    title: str,
    text: str,
    source: str,
    made_on: date,
    uploads: int,
    today: date,
) -> WorkingPaper:
    checks = Checks()
    if kind not in WorkingPaper.Kind.values:
        checks.problem("種類を選んでください。", label="種類", field="kind")
    if made_on > today:
        checks.problem("今日までの日にしてください。", label="実施日", field="made_on")
    if uploads > MAX_FILES:
        checks.problem(f"ファイルは一度に{MAX_FILES}個までです。", label="ファイル", field="uploads")
    paper = WorkingPaper(
        engagement=engagement,
        kind=kind,
        title=checks.name(title, label="件名", limit=200, field="title"),
        text=checks.name(text, label="内容", limit=20_000, field="text", required=False, lines=True),
        source=checks.name(source, label="入手先・相手", limit=200, field="source", required=False),
        made_on=made_on,
    )
    checks.done()
    return paper


def _supersede(paper: WorkingPaper, old: WorkingPaper, because: str) -> None:
    if old.engagement_id != paper.engagement_id:
        raise Missing("監査調書が見つかりません。")
    if WorkingPaper.objects.filter(supersedes=old).exists():
        raise Stale(f"監査調書{old}は、すでに差し替えられています。")
    checks = Checks()
    paper.superseded_because = checks.name(because, label="差し替える理由", limit=300, field="because")
    checks.done()
    paper.supersedes = old


@transaction.atomic
def link_paper(*, by: Principal, paper: WorkingPaper, targets: PaperTargets, on: date | None = None) -> int:
    """Say that *paper* is the evidence of *targets* also; return how many were not linked yet."""
    engagement = auditors_engagement(by, paper.engagement_id)
    paper.engagement = engagement
    added = _link(paper, targets)
    if added:
        note(by, "audit.paper.link", (SUBJECT, paper.pk), {"paper": str(paper), **targets.__dict__}, on)
    return added


def _targets_of(paper: WorkingPaper) -> PaperTargets:
    links = list(paper.links.all())
    return PaperTargets(
        lines=tuple(one.line_id for one in links if one.line_id),
        visit_items=tuple(one.visit_item_id for one in links if one.visit_item_id),
        questions=tuple(one.question_id for one in links if one.question_id),
        reconciliations=tuple(one.reconciliation_id for one in links if one.reconciliation_id),
        items=tuple(one.item_id for one in links if one.item_id),
    )


def _link(paper: WorkingPaper, targets: PaperTargets) -> int:
    """Add the links that are not there yet. ``Missing`` when one names what is not of the paper's audit."""
    engagement = paper.engagement
    wanted: list[tuple[str, Any, tuple[int, ...]]] = [
        ("line", ChecklistLine.objects.filter(engagement=engagement), targets.lines),
        ("visit_item", VisitItem.objects.filter(visit=engagement.visit_id), targets.visit_items),
        ("question", Question.objects.filter(engagement=engagement), targets.questions),
        ("reconciliation", Reconciliation.objects.filter(engagement=engagement), targets.reconciliations),
        ("item", ReportItem.objects.filter(engagement=engagement), targets.items),
    ]
    standing = _targets_of(paper)
    have = {
        "line": standing.lines,
        "visit_item": standing.visit_items,
        "question": standing.questions,
        "reconciliation": standing.reconciliations,
        "item": standing.items,
    }
    new: list[PaperLink] = []
    for name, rows, keys in wanted:
        fresh = set(keys) - set(have[name])
        if fresh and rows.filter(pk__in=fresh).count() != len(fresh):
            raise Missing("調書の参照先が、この監査にありません。")
        new += [PaperLink(paper=paper, **{f"{name}_id": key}) for key in sorted(fresh)]
    PaperLink.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def settle_retention(*, by: Principal, years: int, version: int = 0) -> FieldworkSettings:
    """Settle for how many fiscal years after that of the report a city keeps working papers. ``Invalid`` names years."""
    require(by, MANAGE_AUDITS)
    if not 1 <= years <= 30:
        raise refuse("1から30までの年数にしてください。", label="保存年数", field="years")
    row = FieldworkSettings.objects.select_for_update().filter(city=by.city_id).first()
    if (row.version if row else 0) != version:
        raise Stale("ほかの人が先に変更しました。ページを開き直してください。")
    before = row.papers_kept_years if row else None
    row = row or FieldworkSettings(city=by.city, version=0)
    row.papers_kept_years, row.version = years, row.version + 1
    row.save()
    changes = {"before": before, "years": years}
    note(by, "audit.fieldwork.settle_retention", ("audit.fieldwork_settings", row.pk), changes)
    return row
