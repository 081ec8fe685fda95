"""Debian's agents and forwarders, run by hand in folders of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PROGRAMS = ("ocsinventory-agent", "fusioninventory-agent", "rsyslogd")
GTLS = "rsyslog/lmnsd_gtls.so"


def missing() -> list[str]:
    """Return what of the agents is not installed here."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    gone = [name for name in PROGRAMS if shutil.which(name, path=path) is None]
    if not any(folder.joinpath(GTLS).exists() for folder in Path("/usr/lib").glob("*-linux-gnu")):
        gone.append("rsyslog-gnutls")
    return gone


def run_ocs(url: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Send this machine's inventory as OCS's agent does."""
    return _run(
        "ocsinventory-agent",
        "--force",
        "--nosoftware",
        f"--server={url}",
        "--local=0",  # as Debian installs it, it writes a file and sends nothing
        f"--basevardir={folder}",
        "--debug",
        *options,
    )


def run_fusion(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Send this machine's inventory as FusionInventory's agent does."""
    return _run(
        "fusioninventory-agent",
        "--force",
        "--no-category=software,process,environment",
        f"--server={url}",
        "--logger=stderr",
        "--debug",
        *options,
    )


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "no_proxy": "*"}
    return subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)


@contextlib.contextmanager
def rsyslog(folder: Path, action: str, lines: list[str], globals_: str = "") -> Iterator[Path]:
    """Run rsyslogd with one *action* over a file; it forwards *lines* and whatever is added to the file."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source.log"
    source.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (folder / "work").mkdir()
    conf = folder / "rsyslog.conf"
    conf.write_text(
        f'global(workDirectory="{folder}/work" {globals_})\n'
        'module(load="imfile" mode="polling" pollingInterval="1")\n'
        f'input(type="imfile" file="{source}" tag="kakei" severity="notice" facility="local3" ruleset="out")\n'
        f'ruleset(name="out") {{ {action} }}\n'
    )
    program = shutil.which("rsyslogd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program is not None
    log = folder / "rsyslogd.log"
    with log.open("wb") as output:
        one = subprocess.Popen(
            [program, "-n", "-f", str(conf), "-i", str(folder / "pid")], stdout=output, stderr=output
        )
        try:
            yield source
        finally:
            one.terminate()
            one.wait(20)


def until(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return what *found* returns once it is true; fail when it does not become so."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return value
