"""Rules written, switched, set aside, taken in: tried on the real store first, journalled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.actor import Acts
from tenken.journal.operations import record
from tenken.organization.access import Principal, require, system_principal
from tenken.telemetry.detection.documents import Document, problem_of, read_rule
from tenken.telemetry.detection.problems import RuleProblem, Unusable
from tenken.telemetry.detection.ruleset import bound, filters_on, forget
from tenken.telemetry.detection.states import RuleEvent, next_state
from tenken.telemetry.detection.trying import Trial, trial_table, try_rule
from tenken.telemetry.models import DetectionRule, DetectionRuleVersion
from tenken.telemetry.permissions import MANAGE_RULES
from tenken.telemetry.store import Store, store

_MOST_GROUPED: Final = 5
_LONGEST_THROTTLE: Final = 31 * 86_400


@dataclass(frozen=True)
class RuleSettings:
    """What the city says of a rule besides its text. ``level``: '' for the one the text says."""

    title_ja: str = ""
    level: str = ""
    group_by: tuple[str, ...] = ()
    throttle_seconds: int = 3600
    notify: bool = True


def settings_in(document: Document) -> RuleSettings:
    """Return the settings that a rule's own block ``tenken`` proposes (title_ja, group_by, throttle_seconds, notify)."""
    said = document.data.get("tenken")
    said = said if isinstance(said, dict) else {}
    groups = said.get("group_by", [])
    return RuleSettings(
        title_ja=str(said.get("title_ja", ""))[:256],
        group_by=tuple(map(str, groups)) if isinstance(groups, list) else (),
        throttle_seconds=int(said.get("throttle_seconds", 3600)),
        notify=bool(said.get("notify", True)),
    )


def save_rule(
    *,
    by: Principal,
    text: str,
    rule: DetectionRule | None = None,
    version: int = 0,
    settings: RuleSettings | None = None,
    file: str = "",
) -> DetectionRule:
    """Write a rule: a new one as a draft, or *rule* anew as seen at *version*; *settings* None: what its text proposes
    (new) or as they are.

    A rule that is on is tried first and stays on. ``Invalid`` names the line and the reason; ``Stale`` when someone else
    changed it, or the city has another rule of that id.
    """
    require(by, MANAGE_RULES)
    document = _read(text, file)
    trial = None
    if rule is not None and rule.state == DetectionRule.State.ON and rule.text != text:
        trial = _tried(by, document, file)
    with transaction.atomic():
        locked = _locked(by, rule, version) if rule else _new(by, document, file)
        chosen = settings or (_settings_of(locked) if rule else settings_in(document))
        _check(chosen)
        if rule is not None and locked.text != text:
            locked.origin = DetectionRule.Origin.OWN
        _write(locked, document, chosen)
        if trial:
            locked.trial_ms = trial.milliseconds
        _move(locked, RuleEvent.SAVE)
        return _kept(by, locked, "保存", "telemetry.rule.save")


def change_settings(
    *, by: Principal, rule: DetectionRule, version: int, settings: RuleSettings
) -> DetectionRule:
    """Change what the city says of a rule besides its text, whatever its state."""
    require(by, MANAGE_RULES)
    _check(settings)
    with transaction.atomic():
        locked = _locked(by, rule, version)
        _write(locked, _read(locked.text, locked.file), settings)
        return _kept(by, locked, "設定", "telemetry.rule.settings")


def switch_on(*, by: Principal, rule: DetectionRule, version: int) -> DetectionRule:
    """Try the rule on the real store and let it raise alerts from now on. ``Invalid``: the line, and why it cannot;
    ``StoreUnavailable`` when the store cannot be asked."""
    require(by, MANAGE_RULES)
    trial = _tried(by, _read(rule.text, rule.file), rule.file)
    with transaction.atomic():
        locked = _locked(by, rule, version)
        _switch(locked, RuleEvent.SWITCH_ON)
        locked.trial_ms = trial.milliseconds
        return _kept(by, locked, "有効", "telemetry.rule.on")


def switch_off(*, by: Principal, rule: DetectionRule, version: int) -> DetectionRule:
    """Let the rule raise nothing from now on. It is still evaluated where a correlation that is on counts it."""
    require(by, MANAGE_RULES)
    with transaction.atomic():
        locked = _locked(by, rule, version)
        _switch(locked, RuleEvent.SWITCH_OFF)
        return _kept(by, locked, "無効", "telemetry.rule.off")


def fail_rule(*, number: int, version: int | None, reason: str) -> None:
    """Set aside a rule that cannot be evaluated: the engine's own doing. Nothing when it was changed since."""
    with transaction.atomic():
        rule = DetectionRule.objects.select_for_update().select_related("city").filter(pk=number).first()
        if rule is None or rule.state == DetectionRule.State.FAILED or version not in (None, rule.version):
            return
        _move(rule, RuleEvent.FAIL)
        rule.reason, rule.failed_at = reason[:2_000], clock.now()
        _kept(system_principal(rule.city, "detection"), rule, "異常", "telemetry.rule.fail")


@dataclass(frozen=True)
class NewRule:
    """A rule read and tried, to be taken in."""

    document: Document
    trial: Trial
    file: str
    on: bool = False


@dataclass
class Taken:
    """What taking rules in changed, by the rules' codes. ``kept``: those the city wrote anew itself, left alone."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@transaction.atomic
def take_rules(*, by: Principal, rules: Iterable[NewRule], origin: str) -> Taken:
    """Take in rules that were tried: new ones switched off (on where ``on`` says so), changed ones as they stand.

    One row of the journal for all; each rule has its version.
    """
    require(by, MANAGE_RULES)
    standing = {row.code: row for row in DetectionRule.objects.select_for_update().filter(city=by.city)}
    taken = Taken()
    written: list[DetectionRule] = []
    for new in rules:
        code = new.document.code
        row = standing.get(code)
        if row is None:
            row = _new(by, new.document, new.file, origin=origin)
            _write(row, new.document, settings_in(new.document))
            row.state = DetectionRule.State.ON if new.on else DetectionRule.State.OFF
            taken.added.append(code)
        elif row.origin == DetectionRule.Origin.OWN:
            taken.kept.append(code)
            continue
        elif row.text == new.document.text:
            taken.unchanged.append(code)
            continue
        else:
            _write(row, new.document, _settings_of(row))
            _move(row, RuleEvent.SAVE)
            taken.changed.append(code)
        row.trial_ms, row.file = new.trial.milliseconds, new.file[:300]
        standing[code] = row
        written.append(row)
    _store_all(by, written)
    changes = {
        "origin": origin,
        "added": len(taken.added),
        "changed": len(taken.changed),
        "rules": taken.changed + taken.added[:200],
    }
    if written:
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.rule.import",
            subject=("telemetry.rules", by.city_code),
            changes=changes,
        )
        transaction.on_commit(partial(forget, by.city_code))
    return taken


def _store_all(by: Acts, written: Sequence[DetectionRule]) -> None:
    now = clock.now()
    new = [row for row in written if row.pk is None]
    old = [row for row in written if row.pk is not None]
    for row in (*new, *old):
        row.version += 1
        row.changed_at = now
        if row.state == DetectionRule.State.ON and row.switched_at is None:
            row.switched_at = now
    DetectionRule.objects.bulk_create(new, batch_size=200)
    fields = [
        one.name for one in DetectionRule._meta.concrete_fields if one.name not in ("id", "city", "code")
    ]
    DetectionRule.objects.bulk_update(old, fields, batch_size=50)
    DetectionRuleVersion.objects.bulk_create([_version(by, row, "取込み") for row in written], batch_size=200)


def _read(text: str, file: str) -> Document:
    try:
        return read_rule(text)
    except Unusable as error:
        raise refusal(problem_of(error, text, file)) from error


def refusal(problem: RuleProblem) -> Invalid:
    """Return why a rule cannot be used, as a refusal with its place."""
    place = f"{problem.file} {problem.line}行目".strip()
    return Invalid(f"ルールを使えません（{problem}）。", [Problem(problem.reason, place, "text")])


def _tried(by: Principal, document: Document, file: str) -> Trial:
    """Try a rule on the real store, and of a correlation the rules it counts, too."""
    opened = store()
    with trial_table(opened) as table:
        return _tried_on(opened, table, by, document, file, ())


def _tried_on(
    opened: Store, table: str, by: Principal, document: Document, file: str, above: tuple[str, ...]
) -> Trial:
    from tenken.telemetry.lists.queries import snapshot

    try:
        lists = snapshot(by.city_code).values
        trial = try_rule(opened, table, document, lists, filters_on(by.city_id, lists))
        if trial.correlation is None:
            return trial
        if document.code in above:
            raise Unusable("相関の誤り", "相関が互いを数えていて、終わりません", ("correlation", "rules"))
        rows = referenced(by.city_id, document.references)
        bound(0, trial.correlation, {name: row.pk for name, row in rows.items()})
    except Unusable as error:
        raise refusal(problem_of(error, document.text, file)) from error
    for row in rows.values():
        _tried_on(opened, table, by, _read(row.text, row.file), row.file or row.code, (*above, document.code))
    return trial


def referenced(city_id: int, references: Iterable[str]) -> dict[str, DetectionRule]:
    """Return the city's rules by what correlations call them: id first, then name."""
    wanted = list(references)
    rows = DetectionRule.objects.of_city(city_id)
    return {row.name: row for row in rows.filter(name__in=wanted)} | {
        row.code: row for row in rows.filter(code__in=wanted)
    }


def named_rules(city_id: int, document: Document) -> list[DetectionRule]:
    """Return the city's rules that the filter of *document* may reach: those it names, whatever their state; when it is
    of all, those that are on."""
    rows = DetectionRule.objects.of_city(city_id).exclude(kind=DetectionRule.Kind.FILTER)
    if document.of_every_rule:
        return list(rows.filter(kind=DetectionRule.Kind.EVENT, state=DetectionRule.State.ON))
    return list(rows.filter(Q(code__in=document.references) | Q(name__in=document.references)))


def _locked(by: Principal, rule: DetectionRule, version: int) -> DetectionRule:
    found = DetectionRule.objects.select_for_update().filter(pk=rule.pk, city=by.city_id).first()
    if found is None:
        raise Missing("この検知ルールはありません。")
    if found.version != version:
        raise Stale("この検知ルールは、表示したあとで変わりました。もう一度開いてください。")
    return found


def _new(
    by: Principal, document: Document, file: str, origin: str = DetectionRule.Origin.OWN
) -> DetectionRule:
    now = clock.now()
    return DetectionRule(
        city=by.city,
        code=document.code,
        file=file[:300],
        origin=origin,
        created_at=now,
        changed_at=now,
        version=0,
    )


def _write(row: DetectionRule, document: Document, settings: RuleSettings) -> None:
    source: Mapping[str, Any] = document.data.get("logsource") or {}
    row.code, row.name, row.title = document.code, document.name, document.title
    row.description, row.text = document.description, document.text
    row.kind = DetectionRule.Kind(document.kind)
    row.level = settings.level or document.level
    row.product, row.category, row.service = (
        str(source.get(one) or "")[:60] for one in ("product", "category", "service")
    )
    row.title_ja, row.group_by = settings.title_ja, list(settings.group_by)
    row.throttle_seconds, row.notify = settings.throttle_seconds, settings.notify


def _settings_of(row: DetectionRule) -> RuleSettings:
    said = read_rule(row.text).level
    level = "" if row.level == said else row.level
    return RuleSettings(row.title_ja, level, tuple(row.group_by), row.throttle_seconds, row.notify)


def _check(settings: RuleSettings) -> None:
    problems = []
    if settings.level and settings.level not in DetectionRule.Level.values:
        problems.append(Problem("選択肢にありません。", "重要度", "level"))
    if len(settings.title_ja) > 256:
        problems.append(Problem("256字までです。", "表題（日本語）", "title_ja"))
    if len(settings.group_by) > _MOST_GROUPED or not all(0 < len(one) <= 100 for one in settings.group_by):
        problems.append(
            Problem(f"{_MOST_GROUPED}つまで、100字までの項目名にしてください。", "まとめる項目", "group_by")
        )
    if not 0 <= settings.throttle_seconds <= _LONGEST_THROTTLE:
        problems.append(Problem("0秒から31日までにしてください。", "まとめる時間", "throttle_seconds"))
    if problems:
        raise Invalid("検知ルールを保存できません。", problems)


def _move(row: DetectionRule, event: RuleEvent) -> None:
    state, why_not = next_state(row.state, event)
    if why_not:
        raise Stale(why_not)
    row.state = state
    if state != DetectionRule.State.FAILED:
        row.reason, row.failed_at = "", None


def _switch(row: DetectionRule, event: RuleEvent) -> None:
    _move(row, event)
    row.switched_at = clock.now()


def _kept(by: Acts, row: DetectionRule, what: str, operation: str) -> DetectionRule:
    """Write a rule with its next version, journal it, and let the engine see it."""
    row.version += 1
    row.changed_at = clock.now()
    others = DetectionRule.objects.filter(city=row.city, code=row.code).exclude(pk=row.pk)
    if others.exists():
        raise Stale(f"コード（idまたはname）「{row.code}」の検知ルールは、もうあります。")
    row.save()
    _version(by, row, what).save(force_insert=True)
    changes = {
        "code": row.code,
        "title": row.shown_title,
        "state": row.state,
        "level": row.level,
        "group_by": row.group_by,
        "throttle_seconds": row.throttle_seconds,
        "notify": row.notify,
        "text": row.text,
        "reason": row.reason,
    }
    city_code = row.city.code
    record(
        by=by, city_code=city_code, operation=operation, subject=("telemetry.rule", row.pk), changes=changes
    )
    transaction.on_commit(partial(forget, city_code))
    return row


def _version(by: Acts, row: DetectionRule, what: str) -> DetectionRuleVersion:
    return DetectionRuleVersion(
        rule=row,
        number=row.version,
        what=what,
        text=row.text,
        level=row.level,
        state=row.state,
        reason=row.reason,
        made_at=clock.now(),
        made_by=by.actor.code[:64],
        made_by_name=by.actor.name[:100],
    )
