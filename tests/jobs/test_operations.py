"""Long work: taken up after the commit, seen as it goes, and ended in words whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tenken.common.refusals import Invalid, Missing, Problem
from tenken.jobs import operations, registry
from tenken.jobs.alive import held
from tenken.jobs.models import Job
from tenken.jobs.operations import execute, fail_abandoned, progress, start
from tenken.jobs.queries import get_job, jobs_of
from tenken.jobs.registry import Result, register_job
from tenken.jobs.worker import Worker
from tenken.journal.models import Entry
from tests.journal.writing import CITY, OTHER_CITY, By


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(registry, "_functions", {})
    register_job("test.count", count)
    register_job("test.refuse", refuse)
    register_job("test.break", break_down)


def count(job: Job) -> Result:
    for number in range(job.arguments["to"] + 1):
        progress(job, number, job.arguments["to"], f"{number}件")
    return Result(message="数えました。", file_id=7)


def refuse(job: Job) -> None:
    progress(job, 2, 5, "2件")
    raise Invalid("取り込めません。", [Problem("部署がありません。", "シート「名簿」5行C列")])


def break_down(job: Job) -> None:
    raise ZeroDivisionError("secret detail")


def ask(kind: str = "test.count", **arguments: Any) -> Job:
    return start(by=By(), city_code=CITY, kind=kind, title="数える", arguments=arguments or {"to": 3})


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


@pytest.mark.django_db
class TestStarting:
    def test_a_job_waits_and_is_journaled(self) -> None:
        job = ask()
        assert (job.status, job.requested_by, job.arguments) == (Job.Status.WAITING, "0001", {"to": 3})
        assert Entry.objects.get(operation="jobs.start").subject_id == str(job.pk)

    def test_an_unknown_kind(self) -> None:
        with pytest.raises(ValueError, match=r"test\.none"):
            ask("test.none")

    def test_a_kind_is_registered_once(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            register_job("test.count", count)
        assert registry.kinds() == ["test.break", "test.count", "test.refuse"]

    def test_one_sees_ones_own(self) -> None:
        job = ask()
        assert get_job(CITY, job.pk, requested_by="0001") == job
        assert jobs_of(CITY, "0001") == [job]
        for city, person in ((OTHER_CITY, "0001"), (CITY, "0002")):
            assert jobs_of(city, person) == []
            with pytest.raises(Missing):
                get_job(city, job.pk, requested_by=person)


@pytest.mark.django_db
class TestOutcomes:
    def test_done(self) -> None:
        job = ask()
        execute(job.pk)
        job = fresh(job)
        assert (job.status, job.done, job.total) == (Job.Status.DONE, 3, 3)
        assert (job.message, job.result_file_id) == ("数えました。", 7)
        assert job.started_at is not None
        assert job.ended_at is not None

    def test_refused_with_places(self) -> None:
        job = ask("test.refuse")
        execute(job.pk)
        job = fresh(job)
        assert (job.status, job.message) == (Job.Status.FAILED, "取り込めません。")
        assert job.problems == [{"place": "シート「名簿」5行C列", "message": "部署がありません。"}]

    def test_broken_says_no_secret(self, caplog: Any) -> None:
        job = ask("test.break")
        execute(job.pk)
        job = fresh(job)
        assert job.status == Job.Status.FAILED
        assert "不具合" in job.message
        assert "secret detail" in caplog.text

    def test_a_kind_that_is_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        job = ask()
        monkeypatch.setattr(registry, "_functions", {})
        execute(job.pk)
        assert "実行できません" in fresh(job).message

    def test_a_job_is_done_once(self) -> None:
        job = ask()
        execute(job.pk)
        Job.objects.filter(pk=job.pk).update(message="前のまま")
        execute(job.pk)
        assert fresh(job).message == "前のまま"


@pytest.mark.django_db(transaction=True)
class TestProgress:
    def test_few_writes(self, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any) -> None:
        job = ask()
        Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
        with django_assert_max_num_queries(2):
            for number in range(1000):
                progress(job, number, 1000, "取込み中")
        progress(job, 1000, 1000)
        assert (fresh(job).done, fresh(job).total) == (1000, 1000)

    def test_seen_while_the_jobs_transaction_is_open(self) -> None:
        job = ask()
        Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
        seen: list[tuple[int, int, str]] = []

        def look() -> None:
            now = get_job(CITY, job.pk, requested_by="0001")
            seen.append((now.done, now.total, now.message))
            connection.close()

        with transaction.atomic():
            progress(job, 5, 10, "取込み中")
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        operations.live.forget(job.pk)
        assert seen == [(5, 10, "取込み中")]
        if connection.vendor == "postgresql":
            assert fresh(job).done == 5


@pytest.fixture
def working() -> Iterator[Worker]:
    worker = Worker(interval=0.02)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()


def wait_for(job: Job, status: str) -> Job:
    until = time.monotonic() + 10
    while time.monotonic() < until and fresh(job).status != status:
        time.sleep(0.02)
    return fresh(job)


@pytest.mark.django_db(transaction=True)
class TestWorker:
    @pytest.mark.usefixtures("working")
    def test_it_takes_up_what_is_committed(self) -> None:
        with transaction.atomic():
            job = ask()
            ask("test.break")
            time.sleep(0.1)
            assert fresh(job).status == Job.Status.WAITING
        assert wait_for(job, Job.Status.DONE).status == Job.Status.DONE

    @pytest.mark.usefixtures("working")
    def test_a_rolled_back_request_is_no_work(self) -> None:
        with transaction.atomic():
            job = ask()
            transaction.set_rollback(True)
        time.sleep(0.1)
        assert not Job.objects.filter(pk=job.pk).exists()

    def test_a_step_without_work(self) -> None:
        assert Worker().step() is False

    def test_two_workers_share_the_work(self) -> None:
        jobs = [ask() for _ in range(20)]
        workers = [Worker(interval=0.01) for _ in range(3)]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        for job in jobs:
            assert wait_for(job, Job.Status.DONE).status == Job.Status.DONE
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(10)


@pytest.mark.django_db(transaction=True)
class TestCrash:
    def running(self) -> Job:
        job = ask()
        Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
        return job

    def test_a_job_without_its_worker_is_failed_in_plain_words(self) -> None:
        job = self.running()
        assert fail_abandoned() == 1
        assert fresh(job).status == Job.Status.FAILED
        assert "もう一度" in fresh(job).message
        assert fail_abandoned() == 0

    def test_a_job_whose_worker_lives_is_left_alone(self) -> None:
        job = self.running()
        holding, done = threading.Event(), threading.Event()

        def hold() -> None:
            with held(job.pk):
                holding.set()
                done.wait(10)
            connection.close()

        thread = threading.Thread(target=hold)
        thread.start()
        holding.wait(10)
        assert fail_abandoned() == 0
        done.set()
        thread.join()
        assert fail_abandoned() == 1

    def test_the_lock_on_a_file_falls_with_its_process(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operations.alive, "held", operations.alive._on_file)
        job = self.running()
        code = (
            "import os, time; import django; django.setup();"
            "from pathlib import Path; from django.conf import settings;"
            f"settings.HOME = Path({str(settings.HOME)!r});"
            "from tenken.jobs.alive import _on_file\n"
            f"with _on_file({job.pk}): print('held', flush=True); time.sleep(60)"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tenken.config.settings"}
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert fail_abandoned() == 0
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
        assert fail_abandoned() == 1
