"""The pages of policy/: who reaches what, what they say, how many queries they cost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories import Scenario, make_other_city

from tenken.organization.access import on_date
from tenken.policy import sealing
from tenken.policy.models import (
    CheckItem,
    CheckItemRevision,
    Clause,
    PolicyDocument,
    PolicyVersion,
    UnaskedClause,
)
from tenken.policy.operations import adopt_default_policy, create_procedure, start_draft, submit_procedure

pytestmark = pytest.mark.django_db

Clients = Callable[[Any], Client]
TODAY = date(2014, 3, 1)
NEXT = date(2014, 4, 1)
EVERYONE = (
    "ciso",
    "bureau_manager",
    "section_manager",
    "deputy",
    "system_manager",
    "network_manager",
    "staff",
    "secretariat",
    "auditor",
    "committee",
    "commissioner",
)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2014-03-01T01:00:00+00:00", tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    adopted = date(2013, 4, 1)
    adopt_default_policy(by=on_date(scenario.by("secretariat"), adopted), city=scenario.city, on=adopted)
    return scenario


def in_force(kind: str = "standard") -> PolicyVersion:
    return PolicyVersion.objects.get(document__kind=kind, document__owner=None, status="published")


def draft(city: Scenario) -> PolicyVersion:
    return start_draft(
        by=city.by("secretariat"),
        document=in_force().document,
        number="2.0",
        effective_from=NEXT,
        reason="点検の結果を反映する",
        on=TODAY,
    )


def procedure(city: Scenario, *, submitted: bool = False) -> PolicyVersion:
    made = create_procedure(
        by=city.by("system_manager"),
        owner=city.section_a1,
        code="juki",
        title="住民記録システム実施手順",
        effective_from=NEXT,
        reason="制定",
        on=TODAY,
    )
    if submitted:
        for clause in made.clauses.filter(text__contains="〔"):
            clause.text = clause.text.replace("〔", "").replace("〕", "")
            clause.save()
        by = city.by("system_manager")
        submit_procedure(by=by, version=made, seen=sealing.version_mark(made), on=TODAY)
        made.refresh_from_db()
    return made


def text_of(response: Any) -> str:
    return response.content.decode()


# --- who reaches what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", EVERYONE)
def test_everyone_reads_the_policy(city: Scenario, client_for: Clients, role: str) -> None:
    client = client_for(city.people[role])
    version = in_force()
    pages = {
        reverse("policy-documents"): "情報セキュリティ対策基準",
        reverse("policy-version", args=[version.pk]): "離席",
        reverse("policy-versions", args=[version.document_id]): "第1.0版",
        reverse("policy-compare", args=[version.document_id]): "最初の版です",
        reverse("policy-bank"): "M-CD-01",
        reverse("policy-item", args=["M-MD-01"]): "USBメモリの保管と現物との突合",
        reverse("policy-traceability"): "S3-3-2-4",
    }
    for url, words in pages.items():
        response = client.get(url)
        assert response.status_code == 200, url
        assert words in text_of(response), url


@pytest.mark.parametrize("role", EVERYONE)
def test_only_the_secretariat_reaches_what_changes(city: Scenario, client_for: Clients, role: str) -> None:
    client = client_for(city.people[role])
    made = draft(city)
    chapter, clause = made.chapters.first(), made.clauses.first()
    assert chapter is not None
    assert clause is not None
    urls = [
        reverse("policy-draft", args=[made.pk]),
        reverse("policy-draft-head", args=[made.pk]),
        reverse("policy-draft-publish", args=[made.pk]),
        reverse("policy-draft-discard", args=[made.pk]),
        reverse("policy-chapter-new", args=[made.pk]),
        reverse("policy-chapter", args=[made.pk, chapter.pk]),
        reverse("policy-clause-new", args=[made.pk, chapter.pk]),
        reverse("policy-clause-change", args=[made.pk, clause.pk]),
        reverse("policy-clause-remove", args=[made.pk, clause.pk]),
        reverse("policy-draft-new", args=[in_force("procedure_common").document_id]),
        reverse("policy-item-new"),
        reverse("policy-category-new"),
        reverse("policy-item-revise", args=["M-CD-01"]),
        reverse("policy-item-change", args=["M-CD-01"]),
        reverse("policy-item-retire", args=["M-CD-01"]),
        reverse("policy-reason", args=["S3-4-1"]),
    ]
    for url in urls:
        status = client.get(url).status_code
        assert status == 200 if role == "secretariat" else status in (403, 404), url


@pytest.mark.parametrize("role", EVERYONE)
def test_procedures_are_written_and_decided_by_whose_they_are(
    city: Scenario, client_for: Clients, role: str
) -> None:
    client = client_for(city.people[role])
    writers = {"system_manager", "network_manager", "secretariat"}
    status = client.get(reverse("policy-procedure-new")).status_code
    assert status == (200 if role in writers else 403)
    made = procedure(city, submitted=True)
    status = client.get(reverse("policy-procedure-decide", args=[made.pk])).status_code
    assert status == 200 if role == "bureau_manager" else status in (403, 404)


def test_strangers_are_sent_to_the_sign_in(city: Scenario) -> None:
    for name in ("policy-documents", "policy-bank", "policy-traceability", "policy-item-new"):
        response = Client().get(reverse(name))
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_another_citys_pages_are_not_found(city: Scenario, client_for: Clients) -> None:
    client = client_for(make_other_city().people["secretariat"])
    made = draft(city)
    for url in (
        reverse("policy-version", args=[in_force().pk]),
        reverse("policy-version-excel", args=[in_force().pk]),
        reverse("policy-versions", args=[in_force().document_id]),
        reverse("policy-draft", args=[made.pk]),
        reverse("policy-item", args=["M-CD-01"]),
        reverse("policy-clause", args=["S3-3-2-4"]),
        reverse("policy-version", args=[10**30]),
        reverse("policy-item", args=["\x00"]),
    ):
        assert client.get(url).status_code == 404, url


# --- reading ------------------------------------------------------------------------------------------


def test_a_version_shows_roles_nature_source_and_items(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["staff"])
    url = reverse("policy-version", args=[in_force().pk])
    words = text_of(client.get(url, {"role": "ciso"}))
    assert "最高情報セキュリティ責任者" in words
    assert "公表文書003" in words
    assert 'id="S2-1-1"' in words
    assert 'id="S3-3-2-4"' not in words
    assert reverse("policy-item", args=["M-CD-01"]) in text_of(client.get(url, {"nature": "must_not"}))
    mine = text_of(client.get(url, {"role": "mine"}))
    assert 'id="S3-3-2-4"' in mine
    assert 'id="S2-1-1"' not in mine
    for bad in ({"role": "nobody"}, {"nature": "\x00"}):
        assert client.get(url, bad).status_code == 200


def test_a_clause_is_found_by_its_code(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["staff"])
    response = client.get(reverse("policy-clause", args=["S3-3-2-4"]))
    assert response["Location"] == f"{reverse('policy-version', args=[in_force().pk])}#S3-3-2-4"
    assert client.get(reverse("policy-clause", args=["S99"])).status_code == 404


def test_the_bank_is_filtered_sorted_and_taken_out(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["section_manager"])
    url = reverse("policy-bank")
    words = text_of(client.get(url, {"q": "ｕｓｂ", "part": "management", "standing": "yes"}))
    assert "M-MD-01" in words
    assert "M-CD-01" not in words
    assert "R-VM-01" in text_of(client.get(url, {"part": "risk", "sort": "-code", "page": "1"}))
    assert "該当するものはありません" in text_of(client.get(url, {"standing": "retired"}))
    book = load_workbook(io.BytesIO(client.get(url, {"export": "excel", "category": "clear_desk"}).content))
    codes = [row[0] for row in book.active.iter_rows(min_row=3, values_only=True)]
    wanted = CheckItem.objects.filter(category__code="clear_desk").values_list("code", flat=True)
    assert codes == sorted(wanted)
    csv = client.get(url, {"export": "csv"})
    assert csv.content.decode("cp932").count("\r\n") == CheckItem.objects.count() + 1


def test_a_version_is_taken_out_as_excel(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["auditor"])
    response = client.get(reverse("policy-version-excel", args=[in_force().pk]))
    book = load_workbook(io.BytesIO(response.content))
    rows = list(book.active.iter_rows(min_row=3, values_only=True))
    assert len(rows) == in_force().clauses.count()
    assert rows[0][1] == "S1-1-1"


def test_what_is_not_asked_is_shown_with_its_reason(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    reason = UnaskedClause.objects.get(clause_code="S3-4-1").reason
    url = reverse("policy-traceability")
    assert reason in text_of(client.get(url, {"state": "excused"}))
    assert client.get(url, {"export": "excel"}).status_code == 200
    response = client.post(reverse("policy-reason", args=["S3-4-1"]), {"reason": "別の理由。"})
    assert response["Location"] == f"{url}#S3-4-1"
    assert "別の理由。" in text_of(client.get(url))


# --- the cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "most"),
    [
        ("policy-documents", [], 9),
        ("policy-bank", [], 14),
        ("policy-item", ["M-CD-01"], 13),
        ("policy-traceability", [], 12),
    ],
)
def test_pages_cost_few_queries(
    city: Scenario,
    client_for: Clients,
    django_assert_max_num_queries: Any,
    name: str,
    args: list[str],
    most: int,
) -> None:
    client = client_for(city.people["section_manager"])
    url = reverse(name, args=args)
    client.get(url)
    with django_assert_max_num_queries(most):
        client.get(url)


def test_a_version_of_198_clauses_costs_few_queries(
    city: Scenario, client_for: Clients, django_assert_max_num_queries: Any
) -> None:
    client = client_for(city.people["section_manager"])
    url = reverse("policy-version", args=[in_force().pk])
    client.get(url)
    with django_assert_max_num_queries(13):
        client.get(url)


# --- changing -----------------------------------------------------------------------------------------


def test_the_secretariat_writes_and_publishes_a_new_version(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    document = in_force().document
    url = reverse("policy-draft-new", args=[document.pk])
    response = client.post(url, {"number": "２．０", "effective_from": "平成26年4月1日", "reason": "改定"})
    made = document.versions.get(status="draft")
    assert response["Location"] == reverse("policy-draft", args=[made.pk])
    clause = made.clauses.get(code="S3-3-2-4")
    edit = reverse("policy-clause-change", args=[made.pk, clause.pk])
    typed = {
        "seen": sealing.clause_mark(clause),
        "number": clause.number,
        "heading": clause.heading,
        "text": "職員は、席を離れるときと退庁するときは、書類と媒体をしまう。",
        "nature": "must",
        "binds": ["staff"],
        "refines": "",
    }
    assert client.post(edit, typed).status_code == 302
    assert client.post(edit, typed).status_code == 409
    confirm = reverse("policy-draft-publish", args=[made.pk])
    words = text_of(client.get(confirm))
    assert "<ins>" in words
    assert reverse("policy-item", args=["M-CD-01"]) in words
    response = client.post(confirm, {"seen": sealing.version_mark(made)})
    assert response["Location"] == reverse("policy-version", args=[made.pk])
    made.refresh_from_db()
    assert made.status == "published"
    assert "変わった条" in text_of(client.get(reverse("policy-compare", args=[document.pk])))
    assert client.get(reverse("policy-draft", args=[made.pk])).status_code == 302


def test_bad_input_comes_back_to_its_field(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    made = draft(city)
    clause = made.clauses.get(code="S3-3-2-4")
    edit = reverse("policy-clause-change", args=[made.pk, clause.pk])
    typed = {
        "seen": sealing.clause_mark(clause),
        "number": "1",
        "heading": "見出し",
        "text": "本文",
        "nature": "must",
        "binds": ["staff"],
        "refines": "Ｓ９９－１",
    }
    response = client.post(edit, typed)
    assert response.status_code == 422
    assert 'href="#id_refines"' in text_of(response)
    assert "S99-1" in text_of(response)
    for field, value in (
        ("text", ""),
        ("text", "長" * 2001),
        ("nature", "x"),
        ("binds", "nobody"),
        ("number", "\x00"),
    ):
        assert client.post(edit, {**typed, "refines": "", field: value}).status_code == 422, (field, value)
    assert client.post(edit, {}).status_code == 422
    clause.refresh_from_db()
    assert clause.text != "本文"


def test_an_item_is_added_revised_moved_and_retired(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    typed = {
        "code": "ｍ－ｃｄ－９０",
        "category": "clear_desk",
        "standing": "on",
        "question": "会議室に書類を残していない。",
        "purpose": "次に使う人の目に触れる。",
        "how_to_check": "会議のあとに見る。",
        "good": "1枚も残っていない。",
        "examples": "悪い例：資料が残っていた\n良い例：係が見て回る",
        "evidence": "",
        "facts": ["visit"],
        "clause_codes": "Ｓ３－３－２－４",
        "effective_from": "H26.3.1",
    }
    response = client.post(reverse("policy-item-new"), typed)
    assert response["Location"] == reverse("policy-item", args=["M-CD-90"])
    assert client.post(reverse("policy-item-new"), typed).status_code == 422
    item = CheckItem.objects.get(code="M-CD-90")
    seen = sealing.item_mark(item, 1)
    revised = {
        **typed,
        "seen": seen,
        "question": "会議室に書類も媒体も残していない。",
        "effective_from": "2014-04-01",
    }
    assert client.post(reverse("policy-item-revise", args=["M-CD-90"]), revised).status_code == 302
    assert client.post(reverse("policy-item-revise", args=["M-CD-90"]), revised).status_code == 409
    assert CheckItemRevision.objects.filter(item=item).count() == 2
    words = text_of(client.get(reverse("policy-item", args=["M-CD-90"])))
    assert "平成26年4月1日から「会議室に書類も媒体も残していない。」" in words
    seen = sealing.item_mark(item, 2)
    moved = {"seen": seen, "category": "password"}
    assert client.post(reverse("policy-item-change", args=["M-CD-90"]), moved).status_code == 302
    item.refresh_from_db()
    gone = {"seen": sealing.item_mark(item, 2), "retired_on": "2014-04-01", "reason": "重複するため"}
    assert client.post(reverse("policy-item-retire", args=["M-CD-90"]), gone).status_code == 302
    item.refresh_from_db()
    assert (item.retired_on, item.standing, item.category.code) == (NEXT, False, "password")


def test_a_procedure_goes_to_the_bureau_manager_and_into_force(city: Scenario, client_for: Clients) -> None:
    writer, manager = client_for(city.people["system_manager"]), client_for(city.people["bureau_manager"])
    typed = {
        "title": "住民記録システム実施手順",
        "code": "juki",
        "owner": str(city.section_a1.pk),
        "effective_from": "2014-04-01",
        "reason": "制定",
    }
    assert (
        writer.post(reverse("policy-procedure-new"), {**typed, "owner": str(city.section_b1.pk)}).status_code
        == 422
    )
    assert writer.post(reverse("policy-procedure-new"), typed).status_code == 302
    made = PolicyVersion.objects.get(document__code="juki")
    submit = reverse("policy-procedure-submit", args=[made.pk])
    response = writer.post(submit, {"seen": sealing.version_mark(made)})
    assert response.status_code == 422
    assert "ひな形のまま" in text_of(response)
    for clause in Clause.objects.filter(version=made, text__contains="〔"):
        clause.text = clause.text.replace("〔", "").replace("〕", "")
        clause.save()
    assert writer.post(submit, {"seen": sealing.version_mark(made)}).status_code == 302
    assert writer.post(reverse("policy-procedure-withdraw", args=[made.pk])).status_code == 302
    assert writer.post(submit, {"seen": sealing.version_mark(made)}).status_code == 302
    assert "承認を待っている" in text_of(manager.get(reverse("policy-documents")))
    decide = reverse("policy-procedure-decide", args=[made.pk])
    assert manager.post(decide, {"outcome": "returned", "comment": ""}).status_code == 422
    assert manager.post(decide, {"outcome": "approved", "comment": "よい。"}).status_code == 302
    made.refresh_from_db()
    assert made.status == "published"
    words = text_of(writer.get(reverse("policy-version", args=[made.pk])))
    assert "決裁の経過" in words
    assert "よい。" in words


def test_a_draft_is_discarded_after_asking(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    made = draft(city)
    url = reverse("policy-draft-discard", args=[made.pk])
    assert "元に戻せません" in text_of(client.get(url))
    assert client.post(url).status_code == 302
    assert not PolicyVersion.objects.filter(pk=made.pk).exists()
    assert client.get(reverse("policy-draft", args=[made.pk])).status_code == 404


def test_chapters_and_clauses_are_added_and_removed(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    made = draft(city)
    client.post(reverse("policy-chapter-new", args=[made.pk]), {"number": "11", "title": "クラウド"})
    chapter = made.chapters.get(title="クラウド")
    typed = {
        "code": "S11-1",
        "number": "11.1",
        "heading": "利用",
        "text": "本文。",
        "nature": "must",
        "binds": ["staff"],
    }
    add = reverse("policy-clause-new", args=[made.pk, chapter.pk])
    assert client.post(add, typed).status_code == 302
    assert client.post(add, typed).status_code == 422
    change = reverse("policy-chapter", args=[made.pk, chapter.pk])
    assert client.post(change, {"remove": "1"}).status_code == 422
    clause = made.clauses.get(code="S11-1")
    remove = reverse("policy-clause-remove", args=[made.pk, clause.pk])
    assert client.post(remove, {"seen": "wrong"}).status_code == 409
    assert client.post(remove, {"seen": sealing.clause_mark(clause)}).status_code == 302
    assert client.post(change, {"remove": "1"}).status_code == 302
    assert not made.chapters.filter(title="クラウド").exists()


def test_a_category_is_added(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    url = reverse("policy-category-new")
    assert client.post(url, {"name": "クラウド", "code": "cloud", "part": "risk"}).status_code == 302
    assert client.post(url, {"name": "クラウド", "code": "cloud", "part": "risk"}).status_code == 422


def test_the_head_of_a_draft_is_changed(city: Scenario, client_for: Clients) -> None:
    client = client_for(city.people["secretariat"])
    made = draft(city)
    url = reverse("policy-draft-head", args=[made.pk])
    typed = {"seen": sealing.head_mark(made), "number": "2.1", "effective_from": "2014-05-01", "reason": "改"}
    assert client.post(url, {**typed, "effective_from": "2014-02-30"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    made.refresh_from_db()
    assert (made.number, made.effective_from) == ("2.1", date(2014, 5, 1))
    assert PolicyDocument.objects.get(pk=made.document_id).versions.count() == 2
