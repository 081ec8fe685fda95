"""Stored files leave only as downloads, and only to those who may reach what they belong to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories import Scenario, make_other_city
from tests.web.rows import Rows, make_rows

from tenken.files.models import StoredFile
from tenken.web.exports import disposition

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(scenario: Scenario) -> Rows:
    return make_rows(scenario)


def _url(file: StoredFile) -> str:
    return f"/files/{file.pk}/whatever.html"


def test_a_download_is_an_attachment_of_the_stored_kind(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    response = client_for(scenario.people["deputy"]).get(_url(rows.file))
    assert response.status_code == 200
    assert response.content == "確認した\n".encode()
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%A8%BC")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_who_may_reach_the_answer_may_reach_its_file(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    expected = {
        "deputy": 200,
        "section_manager": 200,
        "bureau_manager": 200,
        "secretariat": 200,
        "auditor": 200,
        "staff": 404,
        "other_manager": 404,
        "committee": 404,
    }
    found = {}
    for role in expected:
        response = client_for(scenario.people[role]).get(_url(rows.file))
        found[role] = response.status_code
    assert found == expected
    elsewhere = client_for(make_other_city().people["secretariat"])
    assert elsewhere.get(_url(rows.file)).status_code == 404
    assert Client().get(_url(rows.file)).status_code == 302


def test_files_of_unknown_things_are_refused(
    scenario: Scenario, rows: Rows, client_for: Callable[..., Client]
) -> None:
    kept = rows.file
    copy = StoredFile(
        **{
            field.attname: getattr(kept, field.attname)
            for field in StoredFile._meta.concrete_fields
            if field.attname not in ("id", "subject_type")
        },
        subject_type="nobody.registered",
    )
    copy.save(force_insert=True)
    assert client_for(scenario.people["secretariat"]).get(_url(copy)).status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("報告.xlsx", "%E5%A0%B1%E5%91%8A.xlsx"),
        ('a"b\r\nX: y.txt', '"a_b__X_ y.txt"'),
        ("../../etc/passwd", '".._.._etc_passwd"'),
        ("", '"file"'),
    ],
)
def test_file_names_cannot_leave_their_header(name: str, kept: str) -> None:
    made = disposition(name)
    assert kept in made
    assert "\r" not in made
    assert "\n" not in made
