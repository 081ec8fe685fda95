"""Operating systems out of support, by what scanners call them."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.assets.support import APPLICATION, OPERATING_SYSTEM, shipped
from tenken.audit.technical.readers.end_of_support import says_unsupported, support_ended
from tenken.audit.technical.records import ScanRecord

_DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("said", "product"),
    [
        ("Microsoft Windows Server 2008 R2 Standard Service Pack 1", "Windows Server 2008 R2"),
        ("Windows Server 2012 R2 Standard", "Windows Server 2012 R2"),
        ("Microsoft Windows 10 1709 - 1909", "Windows 10"),
        ("Microsoft Windows 11 Pro Build 22621", "Windows 11 22H2（Home・Pro）"),
        ("Linux Kernel 3.10 on CentOS Linux release 7.9.2009 (Core)", "CentOS Linux 7"),
        ("Red Hat Enterprise Linux Server release 6.10 (Santiago)", "Red Hat Enterprise Linux 6"),
        ("Linux Kernel 4.4 on Ubuntu 16.04 (xenial)", "Ubuntu 16.04 LTS"),
        ("Debian GNU/Linux 10 (buster)", "Debian 10"),
        ("Microsoft Windows 7 SP1 or Windows Server 2008 R2", "Windows 7"),
    ],
)
def test_ended(said: str, product: str) -> None:
    found = support_ended(said, _DAY)
    assert found is not None
    assert found.product == product


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Linux 5.0 - 5.2",
        "Microsoft Windows Server 2019 Standard",
        "Microsoft Windows 10 Enterprise LTSC 2019",
        "Linux Kernel 5.14 on Red Hat Enterprise Linux release 9.2 (Plow)",
        "Debian GNU/Linux 12 (bookworm)",
        "Amazon Linux 2023",
        "Windows 7 or Windows 11",  # may be the one that is supported
        "Windows 7, Linux 4.15",
        "HP LaserJet",
    ],
)
def test_supported_or_unknown(said: str) -> None:
    assert support_ended(said, _DAY) is None


def test_the_last_day_is_still_supported() -> None:
    assert support_ended("Windows Server 2012", date(2023, 10, 10)) is None
    assert support_ended("Windows Server 2012", date(2023, 10, 11)) is not None


@pytest.mark.parametrize("kind", [OPERATING_SYSTEM, APPLICATION])
def test_the_table_is_in_order(kind: str) -> None:
    assert len({row.product for row in shipped(kind)}) == len(shipped(kind))
    for row in shipped(kind):
        assert row.source
        assert row.extended_to is None or row.extended_to > row.on


def test_a_scanner_s_own_check() -> None:
    found = ScanRecord(
        tool="nessus", rule="108797", title="Unsupported Windows OS (remote)", severity="critical"
    )
    assert says_unsupported(found)
    assert not says_unsupported(ScanRecord(tool="gvm", rule="108797", title="x", severity="info"))
