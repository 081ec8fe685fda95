"""横展開 of this year: what a scanner found on one system is asked of those that are made of the same product."""

from __future__ import annotations

from datetime import date, timedelta

from tenken.audit.technical.operations import open_weakness_findings
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.engagements import days_after
from tenken.demo.ledger import Systems
from tenken.demo.scans import Flaw, nessus
from tenken.demo.technical import moment, take_over
from tenken.findings import operations as findings
from tenken.findings.models import ExtentCheck
from tenken.findings.operations import ExtentQuestion
from tenken.findings.queries.alike import candidates

_SYSTEM = "施設予約システム"
_MOST = 9
_FLAW = Flaw(
    "197826",
    "Webサーバに、初期設定の管理画面と利用者が残っている",
    3,
    ("yoyaku1.midori.example", "yoyaku2.midori.example"),
    8443,
    "管理画面を外し、初期の利用者を消す。",
)
_ANSWERS = (
    ("found", "管理画面が残っていた。庁内からだけ開ける。次の保守の日に外す。"),
    ("none", "構築のときに外してあることを、設定の画面で確かめた。"),
    ("not_applicable", "この製品は待機系だけに入れており、動かしていない。"),
)


def load_extent(made: DemoCity, systems: Systems, today: date) -> ExtentCheck:
    """Scan one public system, open its finding, and ask the systems of the same products; three have answered."""
    system = systems[_SYSTEM]
    made_of = {one.kind: one for one in system.products.all()}
    product = made_of["middleware"]
    scanned = today - timedelta(days=21)
    by = made.acting(plan.secretariat_post(), scanned)
    hosts = dict.fromkeys(_FLAW.hosts, str(made_of["os"]))
    take_over(by, system, nessus([_FLAW], hosts, moment(scanned)), "yoyaku.nessus")
    finding = open_weakness_findings(by=by, system=system, due_on=days_after(today, 30), on=scanned)[0]
    asked = days_after(today, -14)
    by = made.acting(plan.secretariat_post(), asked)
    check = findings.make_extent(
        by=by,
        finding=finding,
        data=ExtentQuestion(
            f"Webサーバ（{product.name}）に、初期設定の管理画面や利用者が残っていませんか。",
            "同じ製品を使う情報システムは、同じ手順で構築されていることが多いため。",
            days_after(today, 14),
        ),
        on=asked,
    )
    likely = [one.key for one in candidates(check, ["product"], asked) if product.name in one.because][:_MOST]
    findings.choose_targets(
        by=by, check=check, facts=["product"], keys=likely, version=check.version, on=asked
    )
    check.refresh_from_db()
    findings.send_extent(by=by, check=check, version=check.version, on=asked)
    _answers(made, check, today)
    check.refresh_from_db()
    return check


def _answers(made: DemoCity, check: ExtentCheck, today: date) -> None:
    """Let the first few answer; the first two are confirmed: one has the same."""
    for place, target in enumerate(check.targets.select_related("unit").order_by("pk")[: len(_ANSWERS)]):
        answer, note = _ANSWERS[place]
        day = days_after(today, -8)
        target = findings.answer_target(
            by=made.acting(f"{target.unit.code}-1", day),
            target=target,
            answer=answer,
            note=note,
            version=target.version,
            on=day,
        )
        if place < 2:
            findings.confirm_target(
                by=made.acting(plan.secretariat_post(), today),
                target=target,
                version=target.version,
                on=today,
            )
