"""The pages of technical audits, as each of their readers meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement, ScanImport, ScanMapping, Weakness
from tenken.findings.models import Finding
from tests.audit.technical.makers import EPOCH, applied, make_engagement, nessus, ready
from tests.factories import Scenario

A, B = "10.0.0.1", "10.0.0.2"
OLD = "Microsoft Windows Server 2008 R2 Standard Service Pack 1"
TWO = [("1", 3, A, 443), ("1", 3, B, 443), ("2", 1, A, 80)]


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Callable[[Any], Client]) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def scanned(scenario: Scenario, system: InformationSystem) -> ScanImport:
    return applied(scenario.by("secretariat"), system, nessus(TWO, at=EPOCH["april"], systems={A: OLD}))


class TestBringingIn:
    def test_from_the_file_to_the_finding(
        self, secretariat: Client, system: InformationSystem, engagement: Engagement
    ) -> None:
        page = secretariat.get("/audits/technical/new/")
        assert "200MBまで" in page.content.decode()
        file = SimpleUploadedFile("診断.nessus", nessus(TWO, at=EPOCH["april"]))
        answer = secretariat.post("/audits/technical/new/", {"engagement": engagement.pk, "file": file})
        scan = ScanImport.objects.get()
        assert answer["Location"] == f"/audits/technical/scans/{scan.pk}/"
        page = secretariat.get(answer["Location"])
        assert "新しく見つかった" in page.content.decode()
        assert not Weakness.objects.exists()
        secretariat.post(f"/audits/technical/scans/{scan.pk}/apply/", {"version": scan.version})
        assert Weakness.objects.count() == 2
        page = secretariat.get(f"/audits/technical/systems/{system.pk}/")
        assert "弱点1" in page.content.decode()
        secretariat.post(f"/audits/technical/systems/{system.pk}/findings/", {"threshold": "2", "due_on": ""})
        assert Finding.objects.get().title == "窓口システム01：弱点1（2台）"

    def test_a_file_that_is_none_is_told_beside_its_field(
        self, secretariat: Client, system: InformationSystem
    ) -> None:
        file = SimpleUploadedFile("診断.xml", b"<html><body/></html>")
        answer = secretariat.post("/audits/technical/new/", {"system": system.pk, "file": file})
        assert answer.status_code == 422
        assert "HTMLのページです" in answer.content.decode()
        assert not ScanImport.objects.exists()

    def test_a_truncated_file_is_told_and_changes_nothing(
        self, secretariat: Client, system: InformationSystem
    ) -> None:
        file = SimpleUploadedFile("診断.nessus", nessus(TWO, at=EPOCH["april"])[:-30])
        answer = secretariat.post("/audits/technical/new/", {"system": system.pk, "file": file}, follow=True)
        assert "読み取れませんでした。何も変わっていません。" in answer.content.decode()

    def test_a_file_above_the_limit_is_dropped_while_it_comes(
        self, secretariat: Client, system: InformationSystem, settings: Any
    ) -> None:
        settings.LARGE_UPLOADS = {"/audits/technical/new/": 100}
        file = SimpleUploadedFile("診断.nessus", nessus(TWO, at=EPOCH["april"]))
        answer = secretariat.post("/audits/technical/new/", {"system": system.pk, "file": file})
        assert answer.status_code == 413

    def test_a_table_is_mapped_and_the_mapping_kept(
        self, secretariat: Client, system: InformationSystem
    ) -> None:
        table = "指摘内容,対象,ランク\nTLS 1.0が有効,10.0.0.1,至急\n弱い暗号,10.0.0.2,特A\n".encode("cp932")
        file = SimpleUploadedFile("報告.csv", table)
        answer = secretariat.post(
            "/audits/technical/new/", {"system": system.pk, "file": file, "told_on": "2026-05-01"}
        )
        scan = ScanImport.objects.get()
        here = f"/audits/technical/scans/{scan.pk}/mapping/"
        assert answer["Location"] == here
        page = secretariat.get(here)
        form = page.context["form"]
        sent = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
        sent |= {"title": 0, "host": 1, "severity": 2, "tool": "業者A", "save_as": "業者Aの様式"}
        answer = secretariat.post(here, sent | {"version": scan.version})
        assert answer.status_code == 422  # the words of severity are asked for once their column is known
        form = answer.context["form"]
        words = {f"word_{at}": "critical" for at, _ in enumerate(form.words)}
        assert words
        scan.refresh_from_db()
        answer = secretariat.post(here, sent | words | {"version": scan.version})
        assert answer.status_code == 302
        scan.refresh_from_db()
        assert scan.status == "ready"
        assert dict(scan.differences.values_list("title", "severity")) == {
            "TLS 1.0が有効": "critical",
            "弱い暗号": "critical",
        }
        assert ScanMapping.objects.get().name == "業者Aの様式"


class TestReading:
    def test_every_page_answers_in_few_queries(
        self,
        secretariat: Client,
        scenario: Scenario,
        system: InformationSystem,
        scanned: ScanImport,
        django_assert_max_num_queries: Any,
    ) -> None:
        applied(scenario.by("secretariat"), system, nessus(TWO[:1], at=EPOCH["june"], hosts=[B]))
        weakness = Weakness.objects.get(rule="1")
        pages = {
            "/audits/technical/": 22,
            f"/audits/technical/systems/{system.pk}/": 26,
            f"/audits/technical/systems/{system.pk}/?state=gone&all=on&sort=-hosts": 26,
            f"/audits/technical/systems/{system.pk}/hosts/": 24,
            f"/audits/technical/systems/{system.pk}/scans/": 24,
            f"/audits/technical/systems/{system.pk}/compare/": 26,
            f"/audits/technical/scans/{scanned.pk}/?change=new": 20,
            f"/audits/technical/weaknesses/{weakness.pk}/": 24,
        }
        for page, most in pages.items():
            with django_assert_max_num_queries(most):
                assert secretariat.get(page).status_code == 200, page
            if "?" not in page:
                for kind in ("csv", "excel"):
                    assert secretariat.get(page, {"export": kind}).status_code == 200, page

    def test_the_operating_system_out_of_support_stands_first(
        self, secretariat: Client, system: InformationSystem, scanned: ScanImport
    ) -> None:
        page = secretariat.get(f"/audits/technical/systems/{system.pk}/").context["table"]
        assert next(row.record.tool for row in page.rows) == "support"
        hosts = secretariat.get(f"/audits/technical/systems/{system.pk}/hosts/").content.decode()
        assert "サポート終了" in hosts

    def test_two_scans_beside_each_other(
        self, secretariat: Client, scenario: Scenario, system: InformationSystem, scanned: ScanImport
    ) -> None:
        applied(
            scenario.by("secretariat"),
            system,
            nessus([("1", 3, A, 443), ("3", 4, A, 1)], at=EPOCH["june"], hosts=[B]),
        )
        rows = secretariat.get(f"/audits/technical/systems/{system.pk}/compare/").context["table"].rows
        found = {
            row.record.rule: (row.record.before, row.record.after, row.record.added, row.record.removed)
            for row in rows
        }
        assert found["1"] == (2, 1, 0, 1)
        assert found["3"] == (0, 1, 1, 0)


class TestJudging:
    def test_a_judgement_lowers_until_its_day(
        self,
        scenario: Scenario,
        client_for: Callable[[Any], Client],
        system: InformationSystem,
        engagement: Engagement,
        scanned: ScanImport,
    ) -> None:
        auditor = client_for(scenario.people["auditor"])
        weakness = Weakness.objects.get(rule="1")
        here = f"/audits/technical/weaknesses/{weakness.pk}/"
        answer = auditor.post(
            f"{here}judge/",
            {
                "context": "layered",
                "urgency": "1",
                "reason": "",
                "valid_until": "令和9年3月31日",
                "seen": "0",
            },
        )
        assert answer.status_code == 422
        answer = auditor.post(
            f"{here}judge/",
            {
                "context": "layered",
                "urgency": "1",
                "reason": "WAFと接続元の制限を確かめた。",
                "valid_until": "令和9年3月31日",
                "seen": "0",
            },
        )
        assert answer.status_code == 302
        page = auditor.get(here).content.decode()
        assert "対策の必要性は低い" in page
        assert "規則では「対策が必要」" in page
        assert "ツールの深刻度" in page
        assert weakness.judgements.get().by_name == scenario.people["auditor"].name


class TestWhoSees:
    def test_the_audited_once_the_draft_was_sent(
        self,
        scenario: Scenario,
        client_for: Callable[[Any], Client],
        system: InformationSystem,
        engagement: Engagement,
    ) -> None:
        applied(scenario.by("auditor"), system, nessus(TWO, at=EPOCH["april"]), engagement=engagement)
        manager = client_for(scenario.people["section_manager"])
        here = f"/audits/technical/systems/{system.pk}/"
        assert manager.get(here).status_code == 404
        assert client_for(scenario.people["ciso"]).get(here).status_code == 404
        assert client_for(scenario.people["auditor"]).get(here).status_code == 200
        Engagement.objects.filter(pk=engagement.pk).update(status="drafted")
        assert manager.get(here).status_code == 200
        assert client_for(scenario.people["other_manager"]).get(here).status_code == 404
        weakness = Weakness.objects.first()
        assert weakness is not None
        assert manager.post(f"/audits/technical/weaknesses/{weakness.pk}/finding/").status_code == 403

    def test_a_later_scan_that_is_told_tells_nothing_of_an_audit_still_held(
        self,
        scenario: Scenario,
        client_for: Callable[[Any], Client],
        system: InformationSystem,
        engagement: Engagement,
    ) -> None:
        applied(
            scenario.by("auditor"),
            system,
            nessus([("1", 3, A, 443)], at=EPOCH["april"]),
            engagement=engagement,
        )
        applied(scenario.by("secretariat"), system, nessus([("2", 3, B, 443)], at=EPOCH["june"]))
        hidden, told = Weakness.objects.order_by("rule")
        manager = client_for(scenario.people["section_manager"])
        assert manager.get(f"/audits/technical/weaknesses/{told.pk}/").status_code == 200
        assert manager.get(f"/audits/technical/weaknesses/{hidden.pk}/").status_code == 404
        assert hidden.title not in manager.get(f"/audits/technical/systems/{system.pk}/").content.decode()

    def test_what_has_become_a_finding(
        self,
        scenario: Scenario,
        client_for: Callable[[Any], Client],
        system: InformationSystem,
        engagement: Engagement,
    ) -> None:
        applied(scenario.by("auditor"), system, nessus(TWO, at=EPOCH["april"]), engagement=engagement)
        high, low = Weakness.objects.order_by("-urgency")
        client_for(scenario.people["auditor"]).post(f"/audits/technical/weaknesses/{high.pk}/finding/")
        manager = client_for(scenario.people["section_manager"])
        assert manager.get(f"/audits/technical/weaknesses/{high.pk}/").status_code == 200
        assert manager.get(f"/audits/technical/weaknesses/{low.pk}/").status_code == 404

    def test_an_auditor_of_something_else_sees_nothing(
        self, scenario: Scenario, client_for: Callable[[Any], Client], system: InformationSystem
    ) -> None:
        audit = make_engagement(scenario, system, starts_on=date(2026, 11, 1), role="committee")
        ready(scenario.by("secretariat"), system, nessus(TWO, at=EPOCH["april"]), engagement=audit)
        auditor = client_for(scenario.people["auditor"])
        assert auditor.get(f"/audits/technical/scans/{ScanImport.objects.get().pk}/").status_code == 404
