"""``tenken`` on a day of its own: ``python -m tests.browser.year.clock serve …`` lives at the moment TENKEN_HOME/moment says.

The file holds one moment (ISO 8601, aware). Time goes on from there at its usual pace, and jumps when the file is
written anew. Only :mod:`tenken.common.clock` is moved: sessions and timeouts keep the machine's time.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tenken.common import clock

FILE = "moment"


def set_moment(home: Path, moment: datetime) -> None:
    """Let what runs on *home* live at *moment* from now on."""
    waiting = home / f"{FILE}.new"
    waiting.write_text(moment.isoformat(), "utf-8")
    waiting.replace(home / FILE)


def install(home: Path) -> None:
    """Move this process's clock to the moment the file in *home* says."""
    path = home / FILE

    def now() -> datetime:
        since = datetime.now(UTC).timestamp() - path.stat().st_mtime
        moment = datetime.fromisoformat(path.read_text("utf-8"))
        return moment.astimezone(UTC) + timedelta(seconds=max(since, 0))

    def today() -> date:
        return now().astimezone(clock.JAPAN).date()

    clock.now, clock.today = now, today


if __name__ == "__main__":
    install(Path(os.environ["TENKEN_HOME"]))
    from tenken.cli.main import main

    sys.exit(main())
