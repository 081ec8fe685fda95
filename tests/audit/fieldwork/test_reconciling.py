from datetime import date
from decimal import Decimal

import pytest

from tenken.audit.fieldwork.operations import (
    StatedFigure,
    ask_to_explain,
    decide_reconciliation,
    explain,
    keep_table,
    open_reconciliation,
    reconcile_flag,
    reopen_reconciliation,
    settle_table,
)
from tenken.audit.fieldwork.operations.reminding import remind_answers
from tenken.audit.fieldwork.queries.reconciliations import (
    find_reconciliation,
    held,
    reconciliations_of,
    reconciliations_to,
)
from tenken.audit.fieldwork.queries.tables import flags_of
from tenken.audit.fieldwork.rules.answers_due import due_for_reminder
from tenken.audit.fieldwork.rules.worked_out import worked_out
from tenken.audit.fieldwork.seeing import sight_of
from tenken.audit.models import Reconciliation
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tests.audit.fieldwork.seed_tables import A33, A37_AIM

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 20)


@pytest.fixture
def licences(city, engagement):
    """A30: 20 servers against 27 licences."""
    return open_reconciliation(
        by=city.by("auditor"),
        engagement=engagement,
        subject="仮想サーバとハイパーバイザーの数",
        figures=[
            StatedFigure("別紙11", Decimal(20), "台", date(2020, 10, 1)),
            StatedFigure("別紙15", Decimal(27), "台"),
        ],
    )


def test_a30_is_asked_explained_and_accepted(city, licences, engagement):
    manager, auditor = city.by("section_manager"), city.by("auditor")
    assert held(licences).difference == -7
    with pytest.raises(Missing):
        find_reconciliation(manager, licences.pk)
    with pytest.raises(Denied):
        explain(by=manager, reconciliation=licences, text="x", version=1)
    row = ask_to_explain(by=auditor, reconciliation=licences, due_on=DUE, version=1)
    assert [*reconciliations_to(manager)] == [row]
    with pytest.raises(Stale):
        decide_reconciliation(by=auditor, reconciliation=row, accepted=True, because="x", version=2)
    with pytest.raises(Invalid) as refused:
        explain(by=manager, reconciliation=row, text="100人分×27", calculation="100×27＝2,800", version=2)
    assert "2,700" in refused.value.message
    row = explain(
        by=manager,
        reconciliation=row,
        text="100ユーザーのライセンスを27式購入している。",
        calculation="100ユーザー×27式＝2,700ユーザー",
        version=2,
    )
    with pytest.raises(Denied):
        decide_reconciliation(by=manager, reconciliation=row, accepted=True, because="x", version=3)
    row = decide_reconciliation(
        by=auditor, reconciliation=row, accepted=True, because="契約書で確認した。", version=3
    )
    assert (row.status, row.decided_on) == ("accepted", date(2026, 11, 10))
    row = reopen_reconciliation(by=auditor, reconciliation=row, because="更新があった。", version=4)
    assert row.status == "open"
    row = decide_reconciliation(by=auditor, reconciliation=row, accepted=False, because="不明。", version=5)
    assert row.status == "unexplained"


def test_others_do_not_see_a_difference(city, licences, engagement):
    ask_to_explain(by=city.by("auditor"), reconciliation=licences, due_on=DUE, version=1)
    for role in ("other_manager", "bureau_manager", "ciso", "staff"):
        by = city.by(role)
        assert not reconciliations_of(engagement, sight_of(by, engagement)).exists()
        with pytest.raises(Missing):
            find_reconciliation(by, licences.pk)


def test_two_figures_are_needed(city, engagement):
    with pytest.raises(Invalid) as refused:
        open_reconciliation(
            by=city.by("auditor"), engagement=engagement, subject="", figures=[StatedFigure("", Decimal(1))]
        )
    assert {one.field for one in refused.value.problems} == {"subject", "figures", "figure-1-source"}


def cells(table):
    return [table.heads, *table.rows]


def test_a_flag_of_a33_opens_a_reconciliation_once(city, engagement):
    by = city.by("auditor")
    table = keep_table(by=by, engagement=engagement, title="導入状況", source="A33", cells=cells(A33))
    assert table.rows[4][2] == "3,118 台"
    row = reconcile_flag(by=by, table=table, row=4, column=2)
    assert held(row).difference == 8
    assert [one.value for one in row.figures.all()] == [3118, 3110]
    assert row.subject == "導入状況：5・導入台数"
    with pytest.raises(Stale):
        reconcile_flag(by=by, table=table, row=4, column=2)
    with pytest.raises(Stale):
        reconcile_flag(by=by, table=table, row=0, column=2)
    assert Reconciliation.objects.count() == 1


def test_what_columns_are_is_corrected_and_the_cells_stay(city, engagement):
    by = city.by("auditor")
    table = keep_table(by=by, engagement=engagement, title="目標", source="A37", cells=cells(A37_AIM))
    assert len(flags_of(table)) == 2
    columns = [("label", "", ""), ("count", "", ""), ("count", "", ""), ("label", "", "")]
    after = settle_table(by=by, table=table, columns=columns, row_kinds=["item", "item"], version=1)
    assert (flags_of(after), after.rows) == ((), table.rows)
    with pytest.raises(Invalid) as refused:
        settle_table(
            by=by,
            table=after,
            columns=[*columns[:3], ("percent", "", "D/C")],
            row_kinds=["item", "sum"],
            version=2,
        )
    assert {one.field for one in refused.value.problems} == {"formula-3", "row-1"}


def test_a_table_needs_a_head_and_a_row(city, engagement):
    with pytest.raises(Invalid):
        keep_table(by=city.by("auditor"), engagement=engagement, title="t", source="s", cells=[["a"], [" "]])
    with pytest.raises(Denied):
        keep_table(
            by=city.by("section_manager"), engagement=engagement, title="t", source="s", cells=cells(A33)
        )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("", True),
        ("100×27＝2,700", True),
        ("128＋2,340＋70＋572=3,110台", True),
        ("10－2×3＝4", True),
        ("7÷2=3.5", True),
        ("100×27＝2,701", False),
        ("100×27", False),
        ("1÷0=1", False),
        ("×=", False),
        ("abc=3", False),
    ],
)
def test_calculations_are_worked_out(text, right):
    assert (worked_out(text) == "") == right


@pytest.mark.parametrize(
    ("day", "told"),
    [(16, False), (17, True), (18, False), (19, True), (20, True), (21, True), (22, False), (28, True)],
)
def test_reminders_come_before_on_and_after_the_day(day, told):
    assert due_for_reminder(DUE, date(2026, 11, day)) == told


def test_one_mail_a_day_to_each_who_owes_an_answer(city, licences):
    from tenken.notices.models import Notice
    from tenken.organization.access import system_principal
    from tenken.organization.models import Person

    Person.objects.filter(pk=city.people["section_manager"].pk).update(email="kacho@example.jp")
    ask_to_explain(by=city.by("auditor"), reconciliation=licences, due_on=date(2026, 11, 10), version=1)
    system = system_principal(city.city, "reminders", on=date(2026, 11, 10))
    remind_answers(by=system, on=date(2026, 11, 10))
    mails = Notice.objects.filter(kind="audit.reminder", recipient_code=city.people["section_manager"].number)
    assert mails.count() == 1
    assert "仮想サーバとハイパーバイザーの数" in mails.get().body
    assert remind_answers(by=system, on=date(2026, 11, 12)) == 0
