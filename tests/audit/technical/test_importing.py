"""An import from the file to what stands: nothing doubled, nothing half-written, the past kept."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.assets.models import InformationSystem
from tenken.audit.models import (
    Engagement,
    ReportedPlace,
    ScanImport,
    ScannedMachine,
    Weakness,
    WeaknessPlace,
)
from tenken.audit.technical.operations import (
    apply_scan,
    compare_scan,
    discard_scan,
    open_weakness_findings,
    read_scan,
)
from tenken.audit.technical.words import CRITICAL, HIGH
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.findings.models import Finding
from tenken.findings.operations import check, plan, report
from tenken.findings.states import VERIFIED
from tenken.journal.models import Entry
from tests.audit.technical.makers import EPOCH, applied, make_system, nessus, ready, received
from tests.factories import Scenario

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
OLD = "Microsoft Windows Server 2008 R2 Standard Service Pack 1"


def changes(scan: ScanImport) -> dict[str, tuple[str, int, int]]:
    return {
        row.rule: (row.change, row.hosts_before, row.hosts_after) for row in scan.differences.order_by("rule")
    }


def standing(system: InformationSystem) -> dict[str, int]:
    return dict(Weakness.objects.filter(system=system, not_seen_since=None).values_list("rule", "hosts"))


class TestOneImport:
    def test_the_same_weakness_on_many_hosts_is_one(
        self, scenario: Scenario, system: InformationSystem
    ) -> None:
        by = scenario.by("secretariat")
        scan = ready(
            by, system, nessus([("1", 3, A, 443), ("1", 3, B, 443), ("2", 1, A, 80)], at=EPOCH["april"])
        )
        assert scan.status == "ready"
        assert scan.tools == ["nessus"]
        assert changes(scan) == {"1": ("new", 0, 2), "2": ("new", 0, 1)}
        assert not Weakness.objects.exists()  # seen, not taken over
        apply_scan(by=by, scan=scan, version=scan.version)
        assert standing(system) == {"1": 2, "2": 1}
        assert Weakness.objects.get(rule="1").urgency == HIGH
        assert set(ScannedMachine.objects.values_list("host", flat=True)) == {A, B}
        assert Entry.objects.filter(operation="audit.scan.apply").count() == 1

    def test_the_same_file_again_changes_nothing(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        content = nessus([("1", 3, A, 443), ("1", 3, A, 443), ("2", 1, A, 80)], at=EPOCH["april"])
        applied(by, system, content)
        before = list(WeaknessPlace.objects.order_by("pk").values())
        scan = applied(by, system, content)
        assert {change for change, *_ in changes(scan).values()} == {"same"}
        assert list(WeaknessPlace.objects.order_by("pk").values()) == before
        assert Weakness.objects.count() == 2

    def test_a_reader_who_refuses_leaves_nothing(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        content = nessus([("1", 3, A, 443)] * 3000, at=EPOCH["april"])[:-40]
        scan = received(by, system, content)
        with pytest.raises(Invalid):
            read_scan(by=by, scan=scan)
        scan.refresh_from_db()
        assert scan.status == "refused"
        assert scan.message
        assert not ReportedPlace.objects.exists()
        with pytest.raises(Stale):
            apply_scan(by=by, scan=scan, version=scan.version)

    def test_what_is_no_result_is_not_received(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        with pytest.raises(Invalid):
            received(by, system, b"<html><body>x</body></html>", name="scan.xml")
        assert not ScanImport.objects.exists()

    def test_too_large_is_refused_while_it_comes(
        self, scenario: Scenario, system: InformationSystem, settings: object
    ) -> None:
        settings.MAX_SCAN_BYTES = 100  # type: ignore[attr-defined]
        with pytest.raises(Invalid, match="大きすぎます"):
            received(scenario.by("secretariat"), system, nessus([("1", 3, A, 443)], at=EPOCH["april"]))
        assert not ScanImport.objects.exists()

    def test_a_discarded_import_leaves_nothing(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        scan = discard_scan(by=by, scan=ready(by, system, nessus([("1", 3, A, 443)], at=EPOCH["april"])))
        assert not ReportedPlace.objects.exists()
        with pytest.raises(Stale):
            read_scan(by=by, scan=scan)

    def test_a_difference_is_of_what_stands_now(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        first = ready(by, system, nessus([("1", 3, A, 443)], at=EPOCH["april"]))
        second = ready(by, system, nessus([("1", 3, A, 443)], at=EPOCH["june"]))
        apply_scan(by=by, scan=first, version=first.version)
        with pytest.raises(Stale, match="比べ直して"):
            apply_scan(by=by, scan=second, version=second.version)
        second = compare_scan(by=by, scan=second)
        assert changes(second) == {"1": ("same", 1, 1)}
        apply_scan(by=by, scan=second, version=second.version)

    def test_a_file_without_a_day_asks_for_one(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        table = "脆弱性名,IPアドレス,深刻度\nTLS 1.0,10.0.0.1,高\n".encode()
        scan = received(by, system, table, name="報告.csv")
        with pytest.raises(Invalid, match="診断日"):
            read_scan(by=by, scan=scan)
        scan = applied(by, system, table, name="報告.csv", told_on=date(2026, 5, 1))
        assert scan.scanned_at is not None
        assert scan.scanned_at.date() == date(2026, 5, 1)
        assert standing(system) == {"TLS 1.0": 1}


class TestOverTime:
    def test_vanished_only_where_it_was_looked_for(
        self, scenario: Scenario, system: InformationSystem
    ) -> None:
        by = scenario.by("secretariat")
        applied(by, system, nessus([("1", 3, A, 443), ("1", 3, B, 443)], at=EPOCH["april"]))
        scan = applied(by, system, nessus([], at=EPOCH["june"], hosts=[A]))
        assert changes(scan) == {"1": ("fewer", 2, 1)}
        places = {row.host: row for row in WeaknessPlace.objects.all()}
        assert places[A].not_seen_since == scan.scanned_at
        assert places[B].not_seen_since is None
        scan = applied(by, system, nessus([], at=EPOCH["august"], hosts=[A, B]))
        assert changes(scan) == {"1": ("gone", 1, 0)}
        weakness = Weakness.objects.get()
        assert weakness.not_seen_since == scan.scanned_at
        assert weakness.hosts == 0

    def test_a_partial_scan_says_nothing_of_what_it_does_not_name(
        self, scenario: Scenario, system: InformationSystem
    ) -> None:
        by = scenario.by("secretariat")
        applied(by, system, nessus([("1", 3, A, 443)], at=EPOCH["april"]))
        applied(by, system, nessus([("2", 3, A, 443)], at=EPOCH["june"]), partial=True)
        assert standing(system) == {"1": 1, "2": 1}

    def test_an_older_scan_fills_the_past_only(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        applied(by, system, nessus([("1", 3, A, 443)], at=EPOCH["august"]))
        scan = applied(by, system, nessus([("1", 3, A, 443), ("2", 3, A, 80)], at=EPOCH["april"]))
        assert changes(scan) == {"1": ("same", 1, 1), "2": ("new", 0, 0)}
        assert standing(system) == {"1": 1}
        assert Weakness.objects.get(rule="1").first_seen_at == scan.scanned_at
        gone = Weakness.objects.get(rule="2")
        assert gone.not_seen_since is not None
        assert gone.not_seen_since > gone.last_seen_at

    def test_another_system_is_another_thing(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        other = make_system(scenario, "SYS-02")
        applied(by, system, nessus([("1", 3, A, 443)], at=EPOCH["april"]))
        applied(by, other, nessus([], at=EPOCH["june"], hosts=[A]))
        assert standing(system) == {"1": 1}

    def test_end_of_support_is_a_weakness_and_goes_with_the_update(
        self, scenario: Scenario, system: InformationSystem
    ) -> None:
        by = scenario.by("secretariat")
        applied(by, system, nessus([], at=EPOCH["april"], hosts=[A, B], systems={A: OLD, B: OLD}))
        weakness = Weakness.objects.get()
        assert (weakness.tool, weakness.urgency, weakness.hosts) == ("support", CRITICAL, 2)
        assert ScannedMachine.objects.get(host=A).support_ended_on == date(2020, 1, 14)
        applied(
            by,
            system,
            nessus(
                [], at=EPOCH["june"], hosts=[A, B], systems={A: "Linux Kernel 6.8 on Ubuntu 24.04", B: OLD}
            ),
        )
        weakness.refresh_from_db()
        assert weakness.hosts == 1
        applied(by, system, nessus([], at=EPOCH["august"], hosts=[B]))  # a scan that does not tell the OS
        weakness.refresh_from_db()
        assert weakness.not_seen_since is None


class TestFindings:
    def test_from_a_threshold_on(self, scenario: Scenario, system: InformationSystem) -> None:
        by = scenario.by("secretariat")
        applied(by, system, nessus([("1", 3, A, 443), ("1", 3, B, 1), ("2", 1, A, 80)], at=EPOCH["april"]))
        made = open_weakness_findings(by=by, system=system)
        assert [(one.title, one.unit_id, one.origin, one.aspect) for one in made] == [
            ("窓口システム01：弱点1（2台）", scenario.section_a1.pk, "scan", "technical")
        ]
        assert made[0].system_id == system.pk
        assert "10.0.0.1、10.0.0.2" in made[0].detail
        with pytest.raises(Invalid):
            open_weakness_findings(by=by, system=system)  # they have one
        low = Weakness.objects.get(rule="2")
        assert len(open_weakness_findings(by=by, system=system, weaknesses=[low])) == 1

    def test_a_return_after_the_finding_was_closed_follows_it(
        self, scenario: Scenario, system: InformationSystem
    ) -> None:
        by = scenario.by("secretariat")
        seen = nessus([("1", 3, A, 443)], at=EPOCH["april"])
        applied(by, system, seen)
        first = open_weakness_findings(by=by, system=system, on=date(2026, 4, 2))[0]
        _verified(scenario, first)
        applied(by, system, nessus([], at=EPOCH["june"], hosts=[A]))
        scan = ready(by, system, nessus([("1", 3, B, 443), ("1", 3, A, 443)], at=EPOCH["august"]))
        assert changes(scan) == {"1": ("returned", 0, 2)}
        apply_scan(by=by, scan=scan, version=scan.version)
        weakness = Weakness.objects.get()
        assert weakness.returns == 1
        assert weakness.finding is not None
        assert weakness.finding.follows_id == first.pk
        assert weakness.finding.origin_key == f"audit.weakness:{weakness.pk}:1"
        assert Finding.objects.count() == 2

    def test_a_return_while_it_is_still_being_mended_opens_nothing(
        self, scenario: Scenario, system: InformationSystem
    ) -> None:
        by = scenario.by("secretariat")
        applied(by, system, nessus([("1", 3, A, 443)], at=EPOCH["april"]))
        open_weakness_findings(by=by, system=system)
        applied(by, system, nessus([], at=EPOCH["june"], hosts=[A]))
        applied(by, system, nessus([("1", 3, A, 443)], at=EPOCH["august"]))
        assert Finding.objects.count() == 1


def _verified(scenario: Scenario, finding: Finding) -> None:
    section, secretariat = scenario.by("section_manager"), scenario.by("secretariat")
    day = date(2026, 5, 1)
    plan(
        by=section,
        finding=finding,
        text="更新する",
        owner="係長",
        due_on=day,
        version=finding.version,
        on=day,
    )
    finding.refresh_from_db()
    report(by=section, finding=finding, action="更新した", action_on=day, version=finding.version, on=day)
    finding.refresh_from_db()
    check(by=secretariat, finding=finding, outcome=VERIFIED, comment="", version=finding.version, on=day)


class TestWhoMay:
    def test_the_appointed_auditor_for_their_audit(
        self, scenario: Scenario, system: InformationSystem, engagement: Engagement
    ) -> None:
        auditor = scenario.by("auditor")
        content = nessus([("1", 3, A, 443)], at=EPOCH["april"])
        applied(auditor, system, content, engagement=engagement)
        with pytest.raises(Denied):
            received(auditor, system, content)
        other = make_system(scenario, "SYS-02")
        with pytest.raises(Invalid):
            received(scenario.by("secretariat"), other, content, engagement=engagement)

    @pytest.mark.parametrize("role", ["ciso", "section_manager", "system_manager", "staff"])
    def test_nobody_else(self, scenario: Scenario, system: InformationSystem, role: str) -> None:
        with pytest.raises(Denied):
            received(scenario.by(role), system, nessus([("1", 3, A, 443)], at=EPOCH["april"]))
