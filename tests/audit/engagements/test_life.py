"""An audit from its notice to its end: told, drafted, answered, issued, frozen, closed."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from tenken.audit.engagements.operations import (
    ItemAnswer,
    ItemData,
    answer_draft,
    begin_engagement,
    cancel_engagement,
    change_item,
    close_engagement,
    drop_item,
    issue_engagement,
    move_item,
    notify_engagement,
    propose_item,
    reply_to_difference,
    send_draft,
)
from tenken.audit.engagements.queries import find_engagement, is_auditee, may_work_on
from tenken.audit.engagements.rules.content import sealed
from tenken.audit.models import IssuedReport, ReportDraft
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tests.audit.engagements.makers import (
    answered,
    auditor,
    drafted,
    fresh,
    issued,
    item,
    manned,
    notified,
    planned,
)
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def refused(refusal: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {problem.field for problem in refusal.value.problems}


def test_no_notice_without_a_competent_independent_lead(city: Scenario) -> None:
    made = planned(city)
    said = {
        "letter_to": "企画課長",
        "letter_from": "総務局長",
        "drafted_by": "主査",
        "drafted_on": date(2026, 11, 10),
    }
    with pytest.raises(Invalid, match="主任監査人を任命") as refusal:
        notify_engagement(by=city.by("secretariat"), engagement=made, version=made.version, **said)
    assert refused(refusal) == {"lead"}


def test_from_the_notice_on_the_audited_see_the_audit(city: Scenario) -> None:
    made = notified(city)
    for role in ("section_manager", "deputy", "bureau_manager", "system_manager", "auditor"):
        assert find_engagement(city.by(role), made.pk) == made, role
    for role in ("other_manager", "staff", "committee", "commissioner"):
        with pytest.raises(Missing):
            find_engagement(city.by(role), made.pk)
    assert is_auditee(city.by("section_manager"), made)
    assert not is_auditee(city.by("other_manager"), made)
    assert not is_auditee(city.by("secretariat"), made)
    assert may_work_on(city.by("auditor"), made)
    assert not may_work_on(city.by("section_manager"), made)


def test_what_is_written_first_begins_the_fieldwork(city: Scenario) -> None:
    made = notified(city)
    by = city.by("auditor")
    said = {
        "kind": "exception",
        "title": "古い版",
        "detail": "更新されていない。",
        "origin_key": "audit.scan:1",
    }
    proposed = propose_item(by=by, engagement=made, **said)
    assert fresh(made).status == "fieldwork"
    assert propose_item(by=by, engagement=made, **said | {"title": "別"}).pk == proposed.pk
    with pytest.raises(Denied):
        propose_item(by=city.by("section_manager"), engagement=made, **said)
    with pytest.raises(Stale):
        propose_item(by=city.by("secretariat"), engagement=planned(city), **said)


def test_an_item_is_checked_and_changed_by_one_at_a_time(city: Scenario) -> None:
    made = notified(city)
    with pytest.raises(Invalid) as refusal:
        item(city, made, " ", kind="x", viewpoint="(1)", perspective="y", aspect="z", item_code="none")
    assert refused(refusal) == {"kind", "title", "viewpoint", "perspective", "aspect", "item_code"}
    row = item(city, made)
    said = ItemData("exception", "台帳", "内容", viewpoint="(7)")
    change_item(by=city.by("secretariat"), item=row, data=said, version=row.version)
    with pytest.raises(Stale):
        change_item(by=city.by("auditor"), item=row, data=said, version=row.version)
    other = item(city, made, "二つ目", item_code="media.lock")
    assert other.aspect == "operational"
    move_item(by=city.by("auditor"), item=other, up=True, version=other.version)
    assert [one.title for one in made.items.all()] == ["二つ目", "台帳"]


def test_the_audited_read_the_draft_as_it_was_sent(city: Scenario) -> None:
    made = drafted(city)
    draft = made.drafts.get()
    assert [row["title"] for row in draft.content["items"]] == [
        "台帳にない媒体がある",
        "鍵の管理簿がない",
        "研修の記録",
    ]
    row = made.items.get(title="鍵の管理簿がない")
    change_item(
        by=city.by("auditor"), item=row, data=ItemData("exception", "鍵", "内容"), version=row.version
    )
    assert "鍵の管理簿がない" in str(ReportDraft.objects.get().content)
    assert sealed(draft.content) == draft.sha256
    with pytest.raises(TypeError):
        draft.save()


def test_every_item_is_answered_and_a_difference_says_in_what(city: Scenario) -> None:
    made = drafted(city)
    keys = [row["key"] for row in made.drafts.get().content["items"]]
    by = city.by("section_manager")
    with pytest.raises(Invalid) as refusal:
        answer_draft(by=by, engagement=made, answers={keys[0]: ItemAnswer("differs", " ")}, version=1)
    assert refused(refusal) == {f"words_{keys[0]}", f"answer_{keys[1]}", f"answer_{keys[2]}"}
    for role in ("other_manager", "secretariat", "auditor", "bureau_manager"):
        with pytest.raises(Denied):
            answer_draft(by=city.by(role), engagement=made, answers={}, version=1)
    with pytest.raises(Stale):
        answer_draft(by=by, engagement=made, answers={}, version=2)


def test_no_report_before_the_answer_or_the_end_of_its_time(city: Scenario) -> None:
    made = drafted(city)
    with pytest.raises(Stale, match="待っています"):
        issue_engagement(by=city.by("auditor"), engagement=made, version=made.version)
    with time_machine.travel("2026-11-21T09:00:00+09:00", tick=False):
        issue_engagement(by=city.by("auditor"), engagement=made, version=made.version)
    assert fresh(made).status == "issued"


def test_a_difference_is_dealt_with_before_the_report(city: Scenario) -> None:
    made = drafted(city)
    first, second = "台帳にない媒体がある", "鍵の管理簿がない"
    rows = {row.item.title: row for row in answered(city, made, **{first: "1本は廃棄済。", second: "ある。"})}
    by, made = city.by("auditor"), fresh(made)
    with pytest.raises(Invalid, match="対応していない"):
        issue_engagement(by=by, engagement=made, version=made.version)

    def reply(title: str, outcome: str, version: int = 1) -> None:
        reply_to_difference(
            by=by, answer=rows[title], outcome=outcome, reply="確かめました。", version=version
        )

    with pytest.raises(Invalid, match="先に項目の文を"):
        reply(first, "corrected")
    row = rows[first].item
    said = ItemData("exception", "台帳にない媒体が2本ある", "USBメモリ2本が台帳にない。", viewpoint="(3)")
    change_item(by=by, item=row, data=said, version=row.version)
    with pytest.raises(Invalid, match="送ったあとに直されて"):
        reply(first, "kept")
    reply(first, "corrected")
    with pytest.raises(Stale):
        reply(first, "corrected")
    with pytest.raises(Invalid, match="先に項目を取り下げて"):
        reply(second, "dropped")
    drop_item(by=by, item=rows[second].item, reason="管理簿があった。", version=rows[second].item.version)
    reply(second, "dropped")
    made = fresh(made)
    report = issue_engagement(by=by, engagement=made, version=made.version)
    assert [row["reference"] for row in report.content["items"]] == ["指摘1(3)", "意見2(1)"]
    assert [row["outcome"] for row in report.content["differences"]] == ["corrected", "dropped"]


def test_nothing_is_issued_that_the_audited_were_not_shown(city: Scenario) -> None:
    made = drafted(city)
    answered(city, made)
    item(city, made, "あとから見つけた")
    row = made.items.get(title="研修の記録")
    said = ItemData("opinion", "研修", "内容", perspective="effectiveness")
    change_item(by=city.by("auditor"), item=row, data=said, version=row.version)
    made = fresh(made)
    with pytest.raises(Invalid, match="確認していない") as refusal:
        issue_engagement(by=city.by("auditor"), engagement=made, version=made.version)
    assert {problem.place for problem in refusal.value.problems} == {"研修", "あとから見つけた"}
    send_draft(by=city.by("auditor"), engagement=made, due_on=date(2026, 11, 25), version=made.version)
    answered(city, fresh(made))
    issued_now = fresh(made)
    issue_engagement(by=city.by("auditor"), engagement=issued_now, version=issued_now.version)


def test_the_report_opens_findings_and_is_frozen(city: Scenario) -> None:
    made = issued(city)
    assert made.report is not None
    findings = list(Finding.objects.filter(report=made.report).order_by("report_order"))
    assert [(one.reference, one.kind, one.track, one.status) for one in findings] == [
        ("指摘1(3)①", "exception", "improvement", "open"),
        ("指摘1(3)②", "exception", "improvement", "open"),
        ("意見2(1)", "opinion", "improvement", "open"),
    ]
    assert {(one.unit_id, one.origin) for one in findings} == {(city.section_a1.pk, "audit")}
    assert [row.finding for row in made.items.order_by("order")] == findings
    report = IssuedReport.objects.get()
    assert sealed(report.content) == report.sha256
    with pytest.raises(TypeError):
        report.save()
    with pytest.raises(Stale):
        item(city, made, "報告のあと")


def test_an_external_audit_is_answered_by_measures(city: Scenario) -> None:
    made = notified(city, manned(city, conduct="joint", conducted_with="みなと市"))
    item(city, made, "評価する点", kind="good_practice", viewpoint="")
    made = issued(city, drafted(city, made))
    assert made.report is not None
    assert made.report.kind == "joint"
    rows = dict(Finding.objects.filter(report=made.report).values_list("kind", "status"))
    assert rows == {"exception": "not_started", "opinion": "not_started", "good_practice": "noted"}


def test_an_audit_is_closed_once_all_is_settled(city: Scenario) -> None:
    made = issued(city)
    by = city.by("secretariat")
    with pytest.raises(Invalid, match="対応を確認していない") as refusal:
        close_engagement(by=by, engagement=made, version=made.version)
    assert len(refusal.value.problems) == 3
    Finding.objects.filter(report=made.report).update(status="withdrawn", closed_on=date(2026, 11, 10))
    assert close_engagement(by=by, engagement=made, version=made.version).closed_on == date(2026, 11, 10)


def test_an_audit_is_called_off_with_a_reason_until_its_draft_is_sent(city: Scenario) -> None:
    by = city.by("secretariat")
    made = notified(city)
    with pytest.raises(Invalid):
        cancel_engagement(by=by, engagement=made, reason=" ", version=made.version)
    begun = begin_engagement(by=city.by("auditor"), engagement=made, version=made.version)
    assert (
        cancel_engagement(by=by, engagement=begun, reason="庁舎移転", version=begun.version).status
        == "cancelled"
    )
    sent = drafted(city, notified(city, manned(city, lead=_other(city))))
    with pytest.raises(Stale):
        cancel_engagement(by=by, engagement=sent, reason="x", version=sent.version)


def _other(city: Scenario) -> object:
    from tenken.audit.models import Auditor

    return Auditor.objects.get(city=city.city)


def test_each_step_is_told_and_recorded(city: Scenario) -> None:
    city.people["section_manager"].email = "kikaku@example.jp"
    city.people["section_manager"].save()
    made = issued(city)
    assert list(made.events.values_list("event", flat=True)) == [
        "planned",
        "appointed",
        "notified",
        "begun",
        "head",
        "sent",
        "answered",
        "issued",
    ]
    entries = Entry.objects.filter(subject_type="audit.engagement", subject_id=str(made.pk))
    assert entries.filter(operation="audit.item.add").count() == 3
    assert entries.filter(operation="audit.engagement.issue").count() == 1
    subjects = list(Notice.objects.filter(kind="audit.engagement").values_list("subject", flat=True))
    assert [subject.rpartition("：")[2] for subject in subjects] == [
        "監査を行います",
        "報告書案を確認してください",
        "監査の結果を報告しました",
    ]


def test_another_city_reaches_nothing(city: Scenario) -> None:
    from tests.factories import make_other_city

    made = notified(city)
    foreign = make_other_city().by("secretariat")
    with pytest.raises(Missing):
        find_engagement(foreign, made.pk)
    with pytest.raises(Missing):
        cancel_engagement(by=foreign, engagement=made, reason="x", version=made.version)
    assert not may_work_on(foreign, made)
    assert auditor
