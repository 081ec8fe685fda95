"""Who a terminal is: by agent, by hardware, by the ledger; junk names nobody; half a match is shown, never merged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.inventory.rules.identity import (
    DOUBTS,
    REASONS,
    Claim,
    Known,
    Reason,
    claim_of,
    comparable_mac,
    comparable_serial,
    comparable_uuid,
    decide,
)
from tenken.telemetry.inventory.rules.machines import free_number, kind_of, numbers_for
from tenken.telemetry.inventory.rules.titles import title_key, title_kind, title_name, update_name

A, B = "4c4c4544-0031-4a10-8052-b4c04f3a0001", "4c4c4544-0031-4a10-8052-b4c04f3a0002"
ONE = Known(
    1, frozenset({"agent"}), frozenset({A}), frozenset({"S1234"}), frozenset({"mac1"}), "N1", "pc-1", "m"
)
SAME = Claim("agent", A, "S1234", "pc-1", "m", macs=frozenset({"mac1"}))


def known(**fields: object) -> Known:
    return replace(ONE, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "one", "terminal", "reason", "doubts"),
    [
        (SAME, ONE, 1, Reason.AGENT, ()),
        (replace(SAME, uuid="", serial=""), ONE, 1, Reason.AGENT, ()),
        (replace(SAME, uuid=B), ONE, 1, Reason.MAINBOARD, ()),
        (replace(SAME, serial="S9999"), ONE, 1, Reason.SERIAL_REWRITTEN, ()),
        (replace(SAME, agent_id="new"), ONE, 1, Reason.REINSTALLED, ()),
        (replace(SAME, agent_id="new", uuid=""), ONE, 1, Reason.REINSTALLED, ()),
        (replace(SAME, agent_id="new", serial=""), ONE, 1, Reason.REINSTALLED, ()),
        (
            replace(SAME, agent_id="new"),
            known(agent_ids=frozenset(), reported=False),
            1,
            Reason.LEDGER_SERIAL,
            (),
        ),
        # a cloned disk: all of the hardware is another
        (Claim("agent", B, "S9999", "pc-2"), ONE, None, Reason.CLONE, ()),
        (replace(SAME, uuid=B, serial="S9999"), ONE, None, Reason.CLONE, ((1, Reason.BOARD_OR_CLONE),)),
        # half of the hardware is the same under another agent
        (replace(SAME, agent_id="new", uuid=B), ONE, None, Reason.NEW, ((1, Reason.SERIAL_ONLY),)),
        (replace(SAME, agent_id="new", serial="S9999"), ONE, None, Reason.NEW, ((1, Reason.UUID_ONLY),)),
        (
            replace(SAME, agent_id="new", uuid="", model="x"),
            ONE,
            None,
            Reason.NEW,
            ((1, Reason.SERIAL_ONLY),),
        ),
        # nothing of the hardware is known
        (Claim("agent", computer_name="pc-9", macs=frozenset({"mac9"})), ONE, None, Reason.CLONE, ()),
        (Claim("agent", computer_name="pc-9", macs=frozenset({"mac1"})), ONE, 1, Reason.AGENT, ()),
        (Claim("nobody", B, "S9999", "pc-1"), ONE, None, Reason.NEW, ()),
        # the ledger's own
        (Claim("x", tag="N1"), Known(1, number="N1", reported=False), 1, Reason.LEDGER_NUMBER, ()),
        (
            Claim("x", computer_name="pc-1"),
            Known(1, computer_name="pc-1", reported=False),
            1,
            Reason.LEDGER_NAME,
            (),
        ),
        (
            Claim("x", serial="S9999", computer_name="pc-1"),
            Known(1, serials=frozenset({"S1234"}), computer_name="pc-1", reported=False),
            None,
            Reason.NEW,
            ((1, Reason.LEDGER_DOUBT),),
        ),
    ],
)
def test_one_known_terminal(
    claim: Claim, one: Known, terminal: int | None, reason: Reason, doubts: tuple[tuple[int, Reason], ...]
) -> None:
    found = decide(claim, [one])
    assert (found.terminal_id, found.reason, found.doubts) == (terminal, reason, doubts)


def test_of_two_the_one_that_more_speaks_for() -> None:
    clone = known(terminal_id=2, uuids=frozenset({B}), serials=frozenset({"S9999"}), macs=frozenset({"mac2"}))
    assert decide(SAME, [clone, ONE]).terminal_id == 1
    bare = Claim("agent", computer_name="pc-1", macs=frozenset({"mac2"}))
    assert decide(bare, [ONE, clone]).terminal_id == 2


def test_two_alike_are_both_shown_and_none_is_taken() -> None:
    found = decide(replace(SAME, agent_id="new"), [ONE, known(terminal_id=2)])
    assert found.terminal_id is None
    assert found.doubts == ((1, Reason.SEVERAL), (2, Reason.SEVERAL))


_words = st.sampled_from(["", "a", "b"])
_claims = st.builds(
    Claim,
    agent_id=_words,
    uuid=_words,
    serial=_words,
    computer_name=_words,
    model=_words,
    tag=_words,
    macs=st.frozensets(st.sampled_from(["m1", "m2"])),
)
_some = st.frozensets(st.sampled_from(["a", "b"]), max_size=2)
_knowns = st.lists(
    st.builds(
        Known,
        terminal_id=st.integers(1, 4),
        agent_ids=_some,
        uuids=_some,
        serials=_some,
        macs=st.frozensets(st.sampled_from(["m1", "m2"])),
        number=_words,
        computer_name=_words,
        model=_words,
        reported=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: one.terminal_id,
)


@given(_claims, _knowns)
def test_whatever_is_known(claim: Claim, some: list[Known]) -> None:
    found = decide(claim, some)
    by_key = {one.terminal_id: one for one in some}
    assert found.reason in REASONS
    assert found.terminal_id not in dict(found.doubts)
    assert all(reason in DOUBTS for _, reason in found.doubts)
    assert {key for key, _ in found.doubts} <= set(by_key)
    if found.terminal_id is not None:
        one = by_key[found.terminal_id]
        uuid = claim.uuid not in one.uuids if claim.uuid and one.uuids else False
        serial = claim.serial not in one.serials if claim.serial and one.serials else False
        assert not (uuid and serial)  # never the same machine when both say another


@pytest.mark.parametrize(
    "junk",
    [
        "Default string",
        "To be filled by O.E.M.",
        "System Serial Number",
        "None",
        "0123456789",
        "0123456789ABCDEF",
        "0000000000",
        "XXXXXXX",
        "...",
        "12",
        "　not specified ",
    ],
)
def test_junk_serials_name_nobody(junk: str) -> None:
    assert comparable_serial(junk) == ""


@pytest.mark.parametrize(
    "junk",
    [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "11111111111111111111111111111111",
        "03000200-0400-0500-0006-000700080009",
        "Not Settable",
        "",
    ],
)
def test_junk_uuids_name_nobody(junk: str) -> None:
    assert comparable_uuid(junk) == ""


def test_real_identities_are_made_comparable() -> None:
    assert comparable_serial(" 5cd1 234xyz ") == "5CD1234XYZ"
    assert comparable_uuid("{4C4C454400314A108052B4C04F3A0001}") == A
    assert comparable_mac("00-1A-2B-3C-4D-5E") == "001a2b3c4d5e"
    assert comparable_mac("ff:ff:ff:ff:ff:ff") == comparable_mac("x") == ""
    assert claim_of(agent_id="a", uuid=A, serial="ABC-9", junk=["abc*"]) == Claim("a", A, "")


@given(st.text(max_size=60))
def test_a_key_of_a_key_is_itself(text: str) -> None:
    serial = comparable_serial(text)
    assert comparable_serial(serial) == serial


@pytest.mark.parametrize(
    ("name", "version", "title"),
    [
        ("7-Zip 23.01 (x64)", "23.01", "7-Zip"),
        ("Mozilla Firefox (x64 ja)", "120.0", "Mozilla Firefox"),
        ("Microsoft Office Standard 2019", "16.0", "Microsoft Office Standard 2019"),
        ("Adobe Acrobat Reader (64-bit)", "24.001", "Adobe Acrobat Reader"),
        ("Java 8 Update 391 (64-bit)", "8.0.3910.13", "Java 8 Update 391"),
        ("一太郎２０２２", "32.0", "一太郎2022"),
        ("Python 3.11.4", "3.11.4150.0", "Python"),
        ("1.2.3", "1.2.3", "1.2.3"),
    ],
)
def test_titles_lose_their_version_and_keep_their_name(name: str, version: str, title: str) -> None:
    assert title_name(name, version) == title


@given(st.text(max_size=80), st.text(max_size=12))
def test_a_title_is_never_empty_or_too_long(name: str, version: str) -> None:
    title = title_name(name, version)
    assert len(title) <= 200
    assert bool(title) == bool("".join(name.split())) or not title_key(name)


def test_updates_and_antivirus_are_known_by_name() -> None:
    assert update_name("Security Update for Microsoft Windows (kb5034441)") == "KB5034441"
    assert title_kind("application", "ウイルスバスター コーポレートエディション") == "antivirus"
    assert title_kind("application", "ESETなど") != title_kind("application", "ESET Endpoint Security")
    assert title_kind("office", "McAfee") == "office"


def test_kinds_and_numbers_of_new_terminals() -> None:
    plain = Inventory("agent", computer_name="PC-1", os_name="Windows 11")
    assert kind_of(plain) == "desktop"
    assert kind_of(replace(plain, chassis="Notebook")) == "notebook"
    assert kind_of(replace(plain, model="VMware Virtual Platform")) == "virtual_server"
    assert kind_of(replace(plain, os_name="Windows Server 2022")) == "server"
    assert kind_of(replace(plain, chassis="Tablet")) == "tablet"
    assert numbers_for(replace(plain, tag="N-1")) == ["N-1", "PC-1", "agent"]
    assert numbers_for(Inventory("")) == ["端末"]
    assert free_number(["PC-1", "agent"], {"PC-1", "agent"}) == "PC-1-2"
