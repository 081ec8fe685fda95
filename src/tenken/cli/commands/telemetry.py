"""tenken telemetry: its sub-commands are the modules of ``cli.telemetry``, each with NAME, HELP, add_arguments, run."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Final

NAME = "telemetry"
HELP = "端末と操作ログを扱います"
SUBCOMMANDS: Final = ("rules", "load")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="すること", metavar="すること", required=True, dest="action")
    for name in SUBCOMMANDS:
        module = import_module(f"tenken.cli.telemetry.{name}")
        one = actions.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.add_arguments(one)
        one.set_defaults(run_action=module.run)


def run(args: argparse.Namespace) -> int:
    return int(args.run_action(args))
