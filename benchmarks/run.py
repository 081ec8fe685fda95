"""``python -m benchmarks.run [--only AREA]``: one line a bar; the exit code says whether one is short."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

AREAS = (
    "transactions",
    "inspection",
    "submissions",
    "workbooks",
    "technical",
    "audits",
    "telemetry_ingest",
    "telemetry_alerts",
    "telemetry_rules",
    "telemetry_search",
    "telemetry_reconnect",
)


def main() -> int:
    """Measure the areas asked for, each in a home of its own and on SQLite. Return 1 when a bar is short."""
    parser = argparse.ArgumentParser(description="The bars for speed, measured.")
    parser.add_argument("--only", choices=AREAS)
    areas = [chosen] if (chosen := parser.parse_args().only) else AREAS
    if len(areas) > 1:  # settings are read once a process
        again = [sys.executable, "-m", "benchmarks.run", "--only"]
        return max(subprocess.call([*again, area]) for area in areas)
    short = False
    with tempfile.TemporaryDirectory(prefix="tenken-bench-") as home:
        os.environ["TENKEN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "tenken.config.settings"
        os.environ.pop("TENKEN_DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        for figure in import_module(f"benchmarks.{areas[0]}").measure(Path(home)):
            print(figure.line(), flush=True)
            short = short or figure.short
    return int(short)


if __name__ == "__main__":
    raise SystemExit(main())
