"""What ``tenken telemetry rules`` does."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tenken.organization.access import Principal
    from tenken.telemetry.detection.documents import Document
    from tenken.telemetry.detection.importing import ImportReport
    from tenken.telemetry.detection.trying import Trial

_SHOWN: Final = 20


def run(args: argparse.Namespace) -> int:
    from tenken.cli.cities import chosen_city, command_principal

    by = command_principal(chosen_city(args.city))
    return _import(args, by) if args.rules_action == "import" else _try(args, by)


def _import(args: argparse.Namespace, by: Principal) -> int:
    from tenken.cli.terminal import Progress
    from tenken.telemetry.detection.operations import import_rules

    progress = Progress()
    try:
        report = import_rules(by=by, folder=args.folder, apply=args.apply, progress=progress)
    finally:
        progress.close()
    _say_report(report)
    return 1 if report.problems else 0


def _say_report(report: ImportReport) -> None:
    from tenken.cli.terminal import say

    say(
        f"ファイル{report.files:,}件、ルール{report.documents:,}件："
        f"使えるもの{len(report.usable):,}件、使えないもの{len(report.problems):,}件（{report.seconds:.1f}秒）"
    )
    for kind, problems in report.by_kind.items():
        say(f"{kind}：{len(problems):,}件")
        say(*(f"  {problem}" for problem in problems[:_SHOWN]))
        if len(problems) > _SHOWN:
            say(f"  ほか{len(problems) - _SHOWN:,}件")
    for reach in report.filters:
        say(
            f"フィルター「{reach.document.title}」（{reach.file}の{reach.line}行目）：対象のルール{reach.rules:,}件"
        )
        if reach.missing:
            more = f"ほか{len(reach.missing) - _SHOWN:,}件" if len(reach.missing) > _SHOWN else ""
            say(f"  ないルール：{'、'.join(reach.missing[:_SHOWN])}{more}")
        elif not reach.rules:
            say("  対象のルールがありません。logsourceがルールのものを含むか、確かめてください。")
    if report.taken is None:
        say("登録はしていません。--applyを付けると、使えるルールを無効の状態で登録します。")
        return
    taken = report.taken
    say(
        f"無効の状態で登録{len(taken.added):,}件、内容を更新{len(taken.changed):,}件、"
        f"変更なし{len(taken.unchanged):,}件、独自に変更してあるため残したもの{len(taken.kept):,}件"
    )


def _try(args: argparse.Namespace, by: Principal) -> int:
    from tenken.cli.terminal import say
    from tenken.common.refusals import Invalid
    from tenken.telemetry.detection.actions import wholes_of
    from tenken.telemetry.detection.documents import read_rule
    from tenken.telemetry.detection.problems import RuleProblem, Unusable
    from tenken.telemetry.detection.trying import trial_store, trial_table, try_rule
    from tenken.telemetry.lists.queries import snapshot

    name = args.file.name
    try:
        wholes = list(wholes_of(args.file.read_text(encoding="utf-8-sig"), name))
    except UnicodeDecodeError:
        raise Invalid(f"「{name}」をUTF-8で読めません。") from None
    if not wholes:
        raise Invalid(f"「{name}」にルールがありません。")
    lists = snapshot(by.city_code).values
    failed = False
    with trial_store() as opened, trial_table(opened) as table:
        for whole in wholes:
            if isinstance(whole, RuleProblem):
                failed = True
                say(f"使えません。{whole}")
                continue
            try:
                document = read_rule(whole.text)
                trial = try_rule(opened, table, document, lists)
            except Unusable as error:
                failed = True
                say(f"使えません。{whole.problem(error, name)}")
                continue
            _say_trial(document, trial)
    return 1 if failed else 0


def _say_trial(document: Document, trial: Trial) -> None:
    from tenken.cli.terminal import say

    say(f"使えます：{document.title}（{trial.milliseconds}ミリ秒）")
    if trial.compiled is not None:
        say(f"  {'検知を残す条件' if document.filter else '条件'}：{trial.compiled.condition}")
    if document.filter:
        say(f"  対象のルール：{'すべて' if document.of_every_rule else '、'.join(document.references)}")
    if trial.correlation is not None:
        say(f"  数えるルール：{'、'.join(trial.correlation.references)}")
