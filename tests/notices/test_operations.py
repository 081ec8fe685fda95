"""Mail waits for the commit, is sent once, tried again, and cannot be bent."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from tenken.common.refusals import Invalid
from tenken.notices.models import Notice
from tenken.notices.operations import TRIES, Recipient, queue, send_waiting
from tenken.notices.queries import notices
from tenken.notices.texts import TEXTS, notice_text, places_of
from tests.journal.writing import CITY, OTHER_CITY, By

START = datetime(2026, 7, 1, tzinfo=UTC)


def put(*addresses: str, **more: Any) -> int:
    values: dict[str, Any] = {
        "subject": "【点検】始まりました",
        "body": "記入してください。",
        "link": "/inspection/",
    }
    return queue(
        by=By(),
        city_code=CITY,
        kind="inspection.launched",
        recipients=[Recipient(code=str(number), address=one) for number, one in enumerate(addresses)],
        **{**values, **more},
    )


@pytest.mark.django_db
class TestQueue:
    def test_what_is_sent(self, settings: Any) -> None:
        settings.CSRF_TRUSTED_ORIGINS = ["https://tenken.example"]
        assert put("a@example.jp", "b@example.jp") == 2
        assert mail.outbox == []
        assert send_waiting() == 2
        message = mail.outbox[0]
        assert message.to == ["a@example.jp"]
        assert message.subject == "【点検】始まりました"
        assert "記入してください。\n\nhttps://tenken.example/inspection/\n" in str(message.body)
        assert message.message()["Auto-Submitted"] == "auto-generated"
        assert {notice.status for notice in Notice.objects.all()} == {Notice.Status.SENT}
        assert send_waiting() == 0

    def test_message_ids_are_of_the_notice(self) -> None:
        put("a@example.jp")
        send_waiting()
        assert mail.outbox[0].message()["Message-ID"] == f"<{CITY}.{Notice.objects.get().pk}@localhost>"

    def test_nobody_gets_two(self) -> None:
        assert put("a@example.jp", "a@example.jp", "") == 1

    @pytest.mark.parametrize("bad", ["nobody", "a@example.jp\nBcc: b@example.jp", "a" * 300 + "@example.jp"])
    def test_a_bad_address_is_noted_and_does_not_stop_the_operation(self, bad: str) -> None:
        assert put(bad, "b@example.jp") == 1
        assert send_waiting() == 1
        failed = notices(CITY, status=Notice.Status.FAILED).get()
        assert "メールアドレス" in failed.error
        assert [message.to for message in mail.outbox] == [["b@example.jp"]]

    @pytest.mark.parametrize("bad", ["a\nBcc: b@example.jp", "a\rb", "a\u2028b", "a\0"])
    def test_a_subject_cannot_add_headers(self, bad: str) -> None:
        with pytest.raises(Invalid, match="件名"):
            put("a@example.jp", subject=bad)
        assert not Notice.objects.exists()

    @pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example/", "inspection/", "/a\nb"])
    def test_links_stay_in_the_house(self, link: str) -> None:
        with pytest.raises(ValueError, match="path of this site"):
            put("a@example.jp", link=link)

    def test_a_long_subject_is_cut(self) -> None:
        put("a@example.jp", subject="あ" * 300)
        assert len(Notice.objects.get().subject) == 200

    def test_a_rolled_back_operation_sends_nothing(self) -> None:
        with transaction.atomic():
            put("a@example.jp")
            transaction.set_rollback(True)
        assert send_waiting() == 0

    def test_reading(self) -> None:
        put("a@example.jp", "b@example.jp")
        assert [notice.address for notice in notices(CITY)] == ["b@example.jp", "a@example.jp"]
        assert notices(CITY, recipient_code="0").count() == 1
        assert notices(OTHER_CITY).count() == 0


@pytest.mark.django_db
class TestTryingAgain:
    def failing(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, addresses: tuple[str, ...]
    ) -> list[str]:
        tried: list[str] = []
        real = EmailBackend.send_messages

        def send(self: EmailBackend, messages: Any) -> int:
            tried.extend(message.to[0] for message in messages)
            if messages[0].to[0] in addresses:
                raise error
            return real(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", send)
        return tried

    def test_a_refused_mail_is_tried_five_times_ever_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tried = self.failing(monkeypatch, SMTPRecipientsRefused({}), ("a@example.jp",))
        with time_machine.travel(START, tick=False) as clock:
            put("a@example.jp", "b@example.jp")
            assert send_waiting() == 1
            assert send_waiting() == 0
            for minutes in (1, 5, 30, 120):
                clock.shift(timedelta(minutes=minutes, seconds=-1))
                assert send_waiting() == 0
                count = len(tried)
                clock.shift(timedelta(seconds=1))
                send_waiting()
                assert len(tried) == count + 1
            clock.shift(timedelta(days=1))
            send_waiting()
        assert tried.count("a@example.jp") == TRIES
        failed = Notice.objects.get(address="a@example.jp")
        assert (failed.status, failed.attempts) == (Notice.Status.FAILED, TRIES)
        assert "SMTPRecipientsRefused" in failed.error

    def test_a_server_that_is_away_uses_up_no_try(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing(monkeypatch, SMTPServerDisconnected("away"), ("b@example.jp",))
        with time_machine.travel(START, tick=False) as clock:
            put("a@example.jp", "b@example.jp", "c@example.jp")
            for _ in range(10):
                send_waiting()
                clock.shift(timedelta(minutes=3))
            monkeypatch.undo()
            assert send_waiting() == 2
        assert [message.to[0] for message in mail.outbox] == ["a@example.jp", "b@example.jp", "c@example.jp"]

    def test_a_server_that_cannot_be_reached(self, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
        def refuse(self: EmailBackend) -> None:
            raise ConnectionRefusedError("no server")

        monkeypatch.setattr(EmailBackend, "open", refuse, raising=False)
        with time_machine.travel(START, tick=False):
            put("a@example.jp")
            assert send_waiting() == 0
        notice = Notice.objects.get()
        assert (notice.status, notice.attempts) == (Notice.Status.WAITING, 0)
        assert "no server" in notice.error
        assert "no server" in caplog.text

    def test_a_claim_of_a_crashed_process_runs_out(self) -> None:
        from tenken.notices.operations import _claim

        with time_machine.travel(START, tick=False) as clock:
            put("a@example.jp")
            assert len(_claim(10)) == 1
            assert send_waiting() == 0
            clock.shift(timedelta(minutes=11))
            assert send_waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_four_senders_send_each_mail_once() -> None:
    with transaction.atomic():
        put(*(f"person{number}@example.jp" for number in range(120)))
    counts: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            counts.append(send_waiting())
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    senders = [threading.Thread(target=work) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert failures == []
    assert sum(counts) == 120
    addresses = [message.to[0] for message in mail.outbox]
    assert len(addresses) == len(set(addresses)) == 120


@pytest.mark.parametrize("kind", TEXTS)
def test_every_text_is_filled_and_keeps_its_subject_on_one_line(kind: str) -> None:
    values = dict.fromkeys(places_of(TEXTS[kind]), "値\nBcc: x")
    subject, body = notice_text(kind, **values)
    assert "{" not in subject + body
    assert "\n" not in subject
    with pytest.raises(ValueError, match="other"):
        notice_text(kind, **values, other=1)
