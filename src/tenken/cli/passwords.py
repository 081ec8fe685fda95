"""Asking for a password on the command line. Setting it is the organisation's."""

from __future__ import annotations

import getpass
import sys

from tenken.common.refusals import Invalid


def read_password() -> str:
    """Ask for a new password twice on a terminal; read one line from elsewhere. It is never an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("新しいパスワード：")
    if getpass.getpass("もう一度：") != password:
        raise Invalid("二つのパスワードが違います。")
    return password
