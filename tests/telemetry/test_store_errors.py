from __future__ import annotations

import errno

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from tenken.common.refusals import Invalid
from tenken.telemetry.store import StoreUnavailable, TooMuchAsked
from tenken.telemetry.store.errors import told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            DatabaseError("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space", code=243),
            "空きがありません",
        ),
        (DatabaseError("Code: 1001. std::exception: No space left on device", code=1001), "空きがありません"),
        (OSError(errno.ENOSPC, "No space left on device"), "空きがありません"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "空きがありません"),
        (DatabaseError("Code: 107. DB::Exception: Cannot open file", code=107), "読み書きできません"),
        (OSError(errno.EIO, "Input/output error"), "読み書きできません"),
        (OperationalError("Error executing HTTP request: connection refused"), "応答しません"),
        (TimeoutError("timed out"), "応答しません"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "応答しません"),
        (DatabaseError("Code: 999. DB::Exception: Session expired", code=999), "応答しません"),
        (DatabaseError("Code: 252. DB::Exception: Too many parts", code=252), "混み合っています"),
        (DatabaseError("Code: 241. DB::Exception: Memory limit exceeded", code=241), "混み合っています"),
    ],
)
def test_what_will_pass_is_said_in_its_own_words(error: Exception, words: str) -> None:
    said = told(error, writing=True)
    assert isinstance(said, StoreUnavailable)
    assert words in said.message


@pytest.mark.parametrize("code", [158, 159, 241, 396])
def test_a_question_that_is_too_large_is_the_readers_to_change(code: int) -> None:
    said = told(DatabaseError(f"Code: {code}.", code=code), writing=False)
    assert isinstance(said, TooMuchAsked)
    assert said.status == 422


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), Invalid("x"), DatabaseError("Code: 62. Syntax error", code=62), StoreUnavailable("x")],
)
def test_mistakes_stay_what_they_are(error: Exception) -> None:
    assert told(error, writing=True) is error
