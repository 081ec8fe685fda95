"""What went wrong in the store, told apart: it cannot be reached, the question is too large, the rows are wrong."""

from __future__ import annotations

import errno
from typing import Final

from tenken.common.refusals import Refusal


class StoreUnavailable(Refusal):
    """The store cannot be used now: another process owns its folder, the disk is full or gone, the server does not
    answer. What was to be written may or may not be there; trying again later is right."""

    status = 503


class TooMuchAsked(Refusal):
    """A question that reads too much or takes too long (422): a shorter period or another word answers it."""

    status = 422


OWNED: Final = (
    "操作ログの保管庫（{place}）は別のプロセスが使用中です。そのプロセスを終えてからやり直してください。"
)
FULL: Final = "操作ログの保管庫のディスクに空きがありません。空きができしだい受信を再開します。"
DISK: Final = "操作ログの保管庫のディスクを読み書きできません（{reason}）。ディスクを確かめてください。"
AWAY: Final = "操作ログの保管庫のサーバが応答しません（{reason}）。"
BUSY: Final = "操作ログの保管庫が混み合っています。しばらくしてからやり直してください。"
CLOSED: Final = "操作ログの保管庫は終了処理中です。"
TOO_MUCH: Final = "調べる量が多すぎて時間内に終わりません。期間を短くするか、条件を加えてください。"

# ClickHouse's error codes (src/Common/ErrorCodes.cpp).
_FULL: Final = {243}  # NOT_ENOUGH_SPACE
_DISK: Final = {
    74,
    75,
    76,
    107,
    1001,
    481,
}  # read, write, open, file missing, std::exception of the file system
_AWAY: Final = {198, 209, 210, 225, 242, 279, 319, 425, 999}  # DNS, sockets, Keeper, read-only replica
_BUSY: Final = {202, 252, 439}  # too many queries, too many parts, no thread to be had
_TOO_MUCH: Final = {158, 159, 160, 241, 307, 396}  # rows, time, estimated time, memory, bytes, result
_NO_SPACE: Final = ("No space left on device", "Disk quota exceeded")


def told(error: Exception, *, writing: bool) -> Exception:
    """Return *error* as ``StoreUnavailable`` or ``TooMuchAsked`` where it is one of them, else as it is.

    *writing*: too little time or memory for a write means that the store cannot take it now.
    """
    if isinstance(error, Refusal):
        return error
    code, text = _code(error), str(error)
    if (
        code in _FULL
        or any(one in text for one in _NO_SPACE)
        or _errno(error) in (errno.ENOSPC, errno.EDQUOT)
    ):
        return StoreUnavailable(FULL)
    if code in _TOO_MUCH:
        return StoreUnavailable(BUSY) if writing else TooMuchAsked(TOO_MUCH)
    if code in _BUSY:
        return StoreUnavailable(BUSY)
    if code in _AWAY or _of_the_wire(error):
        return StoreUnavailable(AWAY.format(reason=_short(error)))
    if code in _DISK or isinstance(error, OSError):
        return StoreUnavailable(DISK.format(reason=_short(error)))
    return error


def _code(error: Exception) -> int | None:
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else None


def _errno(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _of_the_wire(error: Exception) -> bool:
    """Tell whether *error* is the connection's: no answer, cut, timed out (a code would be the server's own word)."""
    from clickhouse_connect.driver.exceptions import OperationalError
    from urllib3.exceptions import HTTPError

    wire = OperationalError | HTTPError | ConnectionError | TimeoutError
    return _code(error) is None and isinstance(error, wire)


def _short(error: Exception) -> str:
    lines = str(error).splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
