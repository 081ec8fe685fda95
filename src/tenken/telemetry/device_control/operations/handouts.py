"""Handing out settings: made from the policy in force, kept as a file, its hash in the journal."""

from __future__ import annotations

import hashlib
import io
from typing import Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid
from tenken.files.kinds import ZIPPED
from tenken.files.operations import store
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.journal.operations import record
from tenken.organization.access import Principal, principal_of, require
from tenken.organization.models import Person
from tenken.telemetry.device_control.artefacts.bundle import zipped
from tenken.telemetry.device_control.artefacts.target import Permitted, Target
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.queries import (
    Choice,
    lines_of,
    policy_in_force,
    target_choices,
    usable_at,
    verdicts,
)
from tenken.telemetry.models.device_control import DeviceHandout, DevicePolicy
from tenken.telemetry.permissions import MANAGE_DEVICES

SUBJECT = "telemetry.device_handout"
HANDOUT_JOB: Final = "telemetry.device_handouts"
AT_ONCE: Final = 20  # what a page waits for: each takes some 50 ms


def target_of(by: Principal, policy: DevicePolicy, choice: Choice) -> Target:
    """Return what a published version says of *choice*, with the devices approved on the date of *by*."""
    assert policy.published_on is not None
    permitted = usable_at(by.city_id, by.tree, choice.place, by.on)
    return Target(
        city_code=by.city_code,
        name=choice.name,
        policy=policy.number,
        published_on=policy.published_on,
        sha256=policy.sha256,
        on=by.on,
        verdicts=verdicts(lines_of(policy), choice.place),
        permitted=tuple(
            Permitted(
                number=row.number,
                kind=DeviceKind(row.kind),
                name=row.name,
                vendor_id=row.vendor_id,
                product_id=row.product_id,
                serial=row.serial,
                access=Access(row.access),
            )
            for row in permitted
        ),
    )


@transaction.atomic
def hand_out_all(*, by: Principal) -> list[DeviceHandout] | Job:
    """Make the settings of every place that needs its own (``queries.target_choices``): up to ``AT_ONCE`` now, more by a
    job, which is returned. ``Invalid`` as ``hand_out``."""
    require(by, MANAGE_DEVICES)
    choices = target_choices(by, _policy(by))
    if len(choices) <= AT_ONCE:
        return [hand_out(by=by, choice=choice) for choice in choices]
    return start(
        by=by,
        city_code=by.city_code,
        kind=HANDOUT_JOB,
        title=f"外部媒体の設定ファイルの作成（{len(choices)}件）",
        arguments={"person": by.person_id},
    )


def make_handouts(job: Job) -> Result:
    """Make the settings of every place, one after the other: what the job does. Those made stand when a later one fails."""
    person = Person.objects.select_related("city", "account").get(
        pk=job.arguments["person"], city__code=job.city_code
    )
    by = principal_of(person, channel="task")
    choices = target_choices(by, _policy(by))
    for done, choice in enumerate(choices):
        progress(job, done, len(choices), f"「{choice.name}」を作っています")
        hand_out(by=by, choice=choice)
    progress(job, len(choices), len(choices))
    return Result(f"{len(choices)}件の設定ファイルを作りました。「設定ファイル」のページから取り出します。")


def _policy(by: Principal) -> DevicePolicy:
    policy = policy_in_force(by.city_id)
    if policy is None:
        raise Invalid("公布した使用制限がありません。先に使用制限を公布してください。")
    return policy


@transaction.atomic
def hand_out(*, by: Principal, choice: Choice) -> DeviceHandout:
    """Make the settings of the policy in force for *choice* and keep them. ``Invalid`` before the first policy."""
    require(by, MANAGE_DEVICES)
    policy = _policy(by)
    content = zipped(target_of(by, policy, choice))
    digest = hashlib.sha256(content).hexdigest()
    name = f"外部媒体の設定_第{policy.number}版_{choice.name}_{by.on:%Y%m%d}.zip"
    file = store(
        by=by,
        city_code=by.city_code,
        name=name,
        stream=io.BytesIO(content),
        subject=(SUBJECT, policy.pk),
        allowed=(ZIPPED,),
    )
    made = DeviceHandout(
        city=by.city,
        policy=policy,
        target=choice.name,
        unit=choice.unit,
        segment=choice.segment,
        terminal=choice.terminal,
        on=by.on,
        file=file,
        sha256=digest,
        made_at=clock.now(),
        made_by=by.actor.code,
        made_by_name=by.actor.name,
    )
    made.save(force_insert=True)
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.device_handout.make",
        subject=(SUBJECT, made.pk),
        changes={"policy": policy.number, "target": choice.name, "sha256": digest, "size": len(content)},
        business_date=by.on,
    )
    return made
