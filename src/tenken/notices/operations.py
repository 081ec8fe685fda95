"""Mail: written down inside an operation's transaction, sent after it by whoever works the queue.

A mail belongs to one sender from the moment it is claimed until its claim runs out, so that two processes never send
the same. Between handing it to the mail server and noting that, a crash can still send it twice; its Message-ID is
the same then, and mail systems drop the second.
"""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPConnectError, SMTPHeloError, SMTPServerDisconnected
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from tenken.common import clock
from tenken.common.refusals import Invalid
from tenken.journal.actor import Acts
from tenken.notices.models import Notice
from tenken.notices.texts import SIGNATURE

logger = logging.getLogger("tenken.notices")

TRIES: Final = 5
_BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
_SERVER_AWAY: Final = timedelta(minutes=3)
_CLAIM: Final = timedelta(minutes=10)
_BATCH: Final = 20
_TIMEOUT_SECONDS: Final = 30
# What says that the server cannot be reached, not that this mail is bad.
_AWAY: Final = (SMTPServerDisconnected, SMTPConnectError, SMTPHeloError, SMTPAuthenticationError)


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail: 職員番号 and address."""

    code: str
    address: str


def queue(
    *,
    by: Acts,
    city_code: str,
    kind: str,
    recipients: Iterable[Recipient],
    subject: str,
    body: str,
    link: str = "",
) -> int:
    """Write down one mail per address, inside the caller's transaction, and return how many will be sent.

    *link* is a path of this site ("/inspection/"). A recipient without an address is left out, one whose address is
    none becomes a failed notice, so that the page of notices shows it: neither stops the operation. ``Invalid`` for
    a subject with a line break (it would add headers). The operation's own journal entry covers its mails.
    """
    if _has_control(subject):
        raise Invalid("メールの件名に改行や制御文字は使えません。")
    if link and (not link.startswith("/") or link.startswith("//") or _has_control(link)):
        raise ValueError("a notice links to a path of this site")
    moment = clock.now()
    notices = []
    for recipient in {one.address: one for one in recipients if one.address}.values():
        problem = _problem_of(recipient.address)
        notices.append(
            Notice(
                city_code=city_code,
                kind=kind,
                recipient_code=recipient.code,
                address=recipient.address[:254],
                subject=subject if len(subject) <= 200 else f"{subject[:199]}…",
                body=body,
                link=link,
                status=Notice.Status.FAILED if problem else Notice.Status.WAITING,
                error=problem,
                created_at=moment,
            )
        )
    Notice.objects.bulk_create(notices, batch_size=500)
    return sum(notice.status == Notice.Status.WAITING for notice in notices)


def site_address(path: str) -> str:
    """Return the full address of *path* ("/inspection/") for a mail's text; '' where the site's origin is not set."""
    origin = next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    return f"{origin.rstrip('/')}{path}" if origin else ""


def send_waiting(limit: int = 500) -> int:
    """Send up to *limit* mails whose time has come; return how many went out. Never raises for a mail's sake."""
    sent = 0
    while limit > 0 and (claimed := _claim(min(_BATCH, limit))):
        limit -= len(claimed)
        delivered, server_is_there = _deliver(claimed)
        sent += delivered
        if not server_is_there:
            break
    return sent


def _claim(number: int) -> list[Notice]:
    """Take mails for this process until the claim runs out; their ``attempts`` counts this one already."""
    moment = clock.now()
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=moment)
    with transaction.atomic():
        claimed = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(due, status=Notice.Status.WAITING)
            .order_by("pk")[:number]
        )
        for notice in claimed:
            notice.attempts += 1
            notice.next_attempt_at = moment + _CLAIM
        Notice.objects.bulk_update(claimed, ["attempts", "next_attempt_at"])
    return claimed


def _deliver(claimed: list[Notice]) -> tuple[int, bool]:
    """Send *claimed*; return how many went and whether the server is there."""
    deadline = time.monotonic() + _CLAIM.total_seconds() / 2
    connection: Any = get_connection(timeout=_TIMEOUT_SECONDS)
    sent = 0
    try:
        connection.open()
        for number, notice in enumerate(claimed):
            if time.monotonic() > deadline:
                _put_back(claimed[number:], "", timedelta(0))
                break
            try:
                connection.send_messages([_message(notice, connection)])
            except (ConnectionError, TimeoutError, *_AWAY) as error:
                _put_back(claimed[number:], _short(error), _SERVER_AWAY)
                return sent, False
            except Exception as error:
                _note_failure(notice, error)
            else:
                _settle(
                    notice, status=Notice.Status.SENT, sent_at=clock.now(), error="", next_attempt_at=None
                )
                sent += 1
    except Exception as error:  # the server cannot be reached: no mail is to blame
        logger.warning("mail server: %s", _short(error))
        _put_back(claimed, _short(error), _SERVER_AWAY)
        return sent, False
    finally:
        connection.close()
    return sent, True


def _message(notice: Notice, connection: Any) -> EmailMessage:
    address = site_address(notice.link) if notice.link else ""
    where = f"\n\n{address}" if address else ""
    return EmailMessage(
        subject=notice.subject,
        body=f"{notice.body}{where}\n\n{SIGNATURE}",
        to=[notice.address],
        connection=connection,
        headers={
            "Message-ID": f"<{notice.city_code}.{notice.pk}@{_domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"


def _note_failure(notice: Notice, error: Exception) -> None:
    logger.warning("mail %s: %s", notice.pk, _short(error))
    if notice.attempts >= TRIES:
        _settle(notice, status=Notice.Status.FAILED, error=_short(error), next_attempt_at=None)
    else:
        _settle(notice, error=_short(error), next_attempt_at=clock.now() + _BACKOFF[notice.attempts - 1])


def _put_back(notices: list[Notice], error: str, delay: timedelta) -> None:
    """Give a claim up without counting it as a try."""
    for notice in notices:
        _settle(
            notice,
            attempts=notice.attempts - 1,
            error=error or notice.error,
            next_attempt_at=clock.now() + delay,
        )


def _settle(notice: Notice, **values: Any) -> None:
    """Write the outcome, unless the claim ran out and another process has taken the mail over."""
    claim = Notice.objects.filter(
        pk=notice.pk,
        status=Notice.Status.WAITING,
        attempts=notice.attempts,
        next_attempt_at=notice.next_attempt_at,
    )
    claim.update(**values)


def _problem_of(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        return "メールアドレスとして正しくありません。"
    return "" if len(address) <= 254 else "メールアドレスが長すぎます。"


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
