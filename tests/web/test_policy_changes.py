"""Changing the policy and the bank through their pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from tests.factories import Scenario
from tests.web.policy_city import NEXT, NOW, Clients, draft, in_force, text_of, with_policy

from tenken.policy import sealing
from tenken.policy.models import (
    CheckItem,
    CheckItemRevision,
    Clause,
    PolicyDocument,
    PolicyVersion,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    return with_policy(scenario)


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
        "aspect": "operational",
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
    moved = {"seen": seen, "category": "password", "aspect": "technical"}
    assert client.post(reverse("policy-item-change", args=["M-CD-90"]), moved).status_code == 302
    item.refresh_from_db()
    assert item.aspect == "technical"
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
