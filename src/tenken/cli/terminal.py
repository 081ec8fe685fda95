"""What commands say: results on stdout, progress and errors on stderr."""

from __future__ import annotations

import sys
import time
import unicodedata
from typing import Final

from tenken.common.refusals import Refusal

_SHOWN_PROBLEMS: Final = 50


def say(*lines: str) -> None:
    """Print *lines* as the command's result."""
    for line in lines:
        print(line)


def tell(line: str) -> None:
    """Print one line about what is going on, beside the result."""
    print(line, file=sys.stderr)


def say_refusal(refusal: Refusal) -> None:
    """Print why something was not done, and where the input is wrong."""
    tell(f"tenken: {refusal.message}")
    problems = [problem for problem in refusal.problems if problem.message != refusal.message]
    for problem in problems[:_SHOWN_PROBLEMS]:
        tell(f"  {problem}")
    if len(problems) > _SHOWN_PROBLEMS:
        tell(f"  ほか{len(problems) - _SHOWN_PROBLEMS}件")


class Progress:
    """A line that grows on a terminal; silent elsewhere. Call it with (step, done, total); ``close`` it."""

    def __init__(self) -> None:
        self._shown = ""
        self._at = 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if not self._live or (done < total and moment - self._at < 0.1):
            return
        self._at = moment
        line = f"{step} {done:,}/{total:,}" if total else step
        sys.stderr.write(f"\r{line}{' ' * max(0, _width(self._shown) - _width(line))}")
        sys.stderr.flush()
        self._shown = line

    def close(self) -> None:
        """End the line."""
        if self._shown:
            sys.stderr.write("\n")
            self._shown = ""


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)
