"""Long work on the page: whose it is, how it goes on, and the journal's verification as a job."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories import Scenario, make_other_city

from tenken.jobs.models import Job
from tenken.jobs.operations import execute

pytestmark = pytest.mark.django_db


def test_verification_from_the_button_to_its_sentence(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    client = client_for(scenario.people["auditor"])
    assert "記録を検証する" in client.get("/journal/").content.decode()
    response = client.post("/journal/verify/")
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.pk}/"
    waiting = client.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    execute(job.pk)
    done = client.get(f"/jobs/{job.pk}/progress/").content.decode()
    assert "hx-trigger" not in done
    assert "異常はありません" in done


def test_a_job_is_its_requesters_and_the_secretariats(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    client_for(scenario.people["auditor"]).post("/journal/verify/")
    job = Job.objects.get()
    expected = {"auditor": 200, "secretariat": 200, "ciso": 404, "deputy": 404}
    found = {role: client_for(scenario.people[role]).get(f"/jobs/{job.pk}/").status_code for role in expected}
    assert found == expected
    elsewhere = client_for(make_other_city().people["secretariat"])
    assert elsewhere.get(f"/jobs/{job.pk}/").status_code == 404
    assert "操作証跡の検証" not in elsewhere.get("/jobs/").content.decode()


def test_only_readers_of_the_journal_may_verify(
    scenario: Scenario, client_for: Callable[..., Client]
) -> None:
    assert client_for(scenario.people["deputy"]).post("/journal/verify/").status_code == 403
    assert not Job.objects.exists()
