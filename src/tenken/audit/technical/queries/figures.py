"""What technical audits came to, for papers: of one system, or of a fiscal year, in the words of document 001 2(2)③."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from tenken.audit.models import (
    Engagement,
    HostScan,
    ReportedWeakness,
    ScanImport,
    Weakness,
    WeaknessJudgement,
    WeaknessPlace,
)
from tenken.audit.technical.rules.urgency import effective
from tenken.audit.technical.states import APPLIED
from tenken.audit.technical.words import (
    CONTEXTS,
    CRITICAL,
    INSIDE_ONLY,
    LAYERED,
    LIFTED,
    LOW,
    SUPPORT,
    URGENCY_LABELS,
    tool_label,
)
from tenken.common import clock
from tenken.organization.models import City


@dataclass(frozen=True)
class OutOfSupport:
    """An operating system out of support, on how many hosts, and on how many that the internet reaches."""

    product: str
    hosts: int
    exposed: int


@dataclass(frozen=True)
class SystemResults:
    """What scans of one system found. ``by_urgency``: weaknesses by the urgency that counts on the day asked for;
    ``by_severity``: as the scanners rate them; ``judged_low``: those an auditor judged to need hardly any measure, by ground;
    ``sentence``: the result as document 001 puts it."""

    system_id: int
    system: str
    public: bool
    engagement_id: int | None
    tools: tuple[str, ...]
    scanned_at: datetime
    hosts: int
    found: int
    by_urgency: dict[int, int]
    by_severity: dict[str, int]
    judged_low: dict[str, int]
    out_of_support: tuple[OutOfSupport, ...]
    findings: int
    gone: int
    returned: int
    sentence: str


@dataclass(frozen=True)
class TechnicalResults:
    """The technical audits of a fiscal year (or of one audit) as they stand on a day."""

    fiscal_year: int
    as_of: date
    systems: tuple[SystemResults, ...]

    @property
    def by_urgency(self) -> dict[int, int]:
        """The weaknesses of all systems by urgency."""
        total: Counter[int] = Counter(dict.fromkeys(URGENCY_LABELS, 0))
        for one in self.systems:
            total.update(one.by_urgency)
        return dict(total)

    @property
    def judged_low(self) -> int:
        """How many weaknesses were judged to need hardly any measure."""
        return sum(sum(one.judged_low.values()) for one in self.systems)

    @property
    def out_of_support(self) -> int:
        """How many hosts run an operating system out of support."""
        return sum(row.hosts for one in self.systems for row in one.out_of_support)


def technical_results(
    *,
    city: City,
    fiscal_year: int,
    engagement: Engagement | None = None,
    system_id: int | None = None,
    as_of: date | None = None,
) -> TechnicalResults:
    """Return what the applied scans of *fiscal_year* found: of the whole city, of one audit, or of one system.

    *as_of*: the day whose judgements count (today unless given). Not restricted: for the city's own papers.
    """
    day = as_of or clock.today()
    scans = ScanImport.objects.filter(system__city=city, fiscal_year=fiscal_year, status=APPLIED)
    if engagement is not None:
        scans = scans.filter(engagement=engagement)
    if system_id is not None:
        scans = scans.filter(system=system_id)
    by_system: dict[int, list[ScanImport]] = {}
    for scan in scans.select_related("system").order_by("system__code", "scanned_at", "pk"):
        by_system.setdefault(scan.system_id, []).append(scan)
    return TechnicalResults(fiscal_year, day, tuple(_of_system(found, day) for found in by_system.values()))


def _of_system(scans: Sequence[ScanImport], on: date) -> SystemResults:
    system, last = scans[0].system, scans[-1]
    keys = [scan.pk for scan in scans]
    told = ReportedWeakness.objects.filter(scan__in=keys, tool=OuterRef("tool"), rule=OuterRef("rule"))
    found = list(Weakness.objects.filter(Exists(told), system=system).order_by("pk"))
    judged = _judgements(found, on)
    levels = {
        one.pk: effective(one.urgency, row.urgency, row.from_urgency, row.valid_until, on)
        if (row := judged.get(one.pk))
        else one.urgency
        for one in found
    }
    low = Counter(
        judged[one.pk].context
        for one in found
        if one.pk in judged and levels[one.pk] <= LOW and levels[one.pk] < one.urgency
    )
    ended = tuple(_out_of_support(found))
    hosts = HostScan.objects.filter(scan__in=keys).exclude(host="").values("host").distinct().count()
    by_urgency = dict.fromkeys(URGENCY_LABELS, 0) | Counter(levels.values())
    return SystemResults(
        system_id=system.pk,
        system=system.name,
        public=system.public,
        engagement_id=last.engagement_id,
        tools=tuple(sorted({tool_label(tool) for scan in scans for tool in scan.tools})),
        scanned_at=max(scan.scanned_at for scan in scans if scan.scanned_at),
        hosts=hosts,
        found=sum(1 for one in found if one.urgency >= LOW),
        by_urgency=by_urgency,
        by_severity=dict(Counter(one.severity for one in found)),
        judged_low=dict(low),
        out_of_support=ended,
        findings=sum(1 for one in found if one.finding_id),
        gone=sum(1 for one in found if one.not_seen_since is not None and one.urgency >= LOW),
        returned=sum(1 for one in found if one.returned_at is not None),
        sentence=sentence(system.public, by_urgency, low, ended),
    )


def _judgements(found: Iterable[Weakness], on: date) -> dict[int, WeaknessJudgement]:
    """Return the latest judgement of each weakness laid down by a day; a lifted one is none."""
    rows = WeaknessJudgement.objects.filter(
        weakness__in=[one.pk for one in found if one.urgency], judged_on__lte=on
    ).order_by("pk")
    latest = {row.weakness_id: row for row in rows}
    return {key: row for key, row in latest.items() if row.context != LIFTED}


def _out_of_support(found: Iterable[Weakness]) -> Iterable[OutOfSupport]:
    for one in found:
        if one.tool == SUPPORT:
            places = WeaknessPlace.objects.filter(weakness=one)
            hosts = dict(places.values_list("host", "exposed"))
            yield OutOfSupport(one.rule, len(hosts), sum(hosts.values()))


def sentence(
    public: bool, by_urgency: dict[int, int], judged_low: Counter[str], ended: Sequence[OutOfSupport]
) -> str:
    """Return the result of one system in a sentence or two, by rule."""
    many = sum(number for level, number in by_urgency.items() if level >= LOW)
    if not many and not judged_low:
        return "対策の必要なぜい弱性は検出しなかった。"
    parts = []
    where = "インターネットに公開されているサーバ" if public else "サーバ"
    for row in ended:
        hosts, place = (row.exposed, where) if row.exposed else (row.hosts, "サーバ")
        parts.append(
            f"{place}の{hosts}台に、サポートが終了したOS（{row.product}）が使用されている緊急度の高いぜい弱性を検出した。"
        )
    others = by_urgency.get(CRITICAL, 0) - len(ended)
    if others > 0:
        parts.append(f"緊急度の高いぜい弱性を{others}件検出した。")
    rest = many - by_urgency.get(CRITICAL, 0)
    if judged_low and rest <= sum(judged_low.values()):
        parts.append(
            f"いくつかのぜい弱性を検出したが、{_grounds(judged_low)}ため、対策の必要性は低いと判断した。"
        )
    elif rest > 0:
        parts.append(f"このほか、ぜい弱性を{rest}件検出した。" if parts else f"ぜい弱性を{rest}件検出した。")
        if judged_low:
            parts.append(
                f"うち{sum(judged_low.values())}件は、{_grounds(judged_low)}ため、対策の必要性は低いと判断した。"
            )
    return "".join(parts)


def _grounds(judged_low: Counter[str]) -> str:
    """Return why, in the words of document 001 where it has some."""
    words = {
        INSIDE_ONLY: "庁内LANの内側からのアクセスに限定している",
        LAYERED: "複数の対策による多層防御が機能している",
    }
    grounds = [words.get(code, f"「{CONTEXTS[code]}」に当たる") for code in CONTEXTS if judged_low.get(code)]
    return "ことと、".join(grounds)
