"""設定ファイル: made from the policy in force for a group of terminals, handed out, and what was handed out when."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.refusals import Missing
from tenken.files.operations import open_file
from tenken.jobs.models import Job
from tenken.organization.access import Principal, require, require_somewhere
from tenken.telemetry.device_control.artefacts.bundle import PLAINLY
from tenken.telemetry.device_control.operations import hand_out, hand_out_all
from tenken.telemetry.device_control.queries import handouts, policy_in_force, target_choices
from tenken.telemetry.models import DeviceHandout, DevicePolicy
from tenken.telemetry.permissions import MANAGE_DEVICES, VIEW_DEVICES
from tenken.web.components.tables import LOOSE, MomentColumn, NumberColumn, Table
from tenken.web.exports import attachment, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.devices import PlaceForm

_FILES = (
    ("registry.pol、settings.reg・inf・csv", "Windows グループポリシー（リムーバブル記憶域へのアクセス）"),
    ("PolicyGroups.xml、PolicyRules.xml", "Microsoft Defender デバイス制御（印刷を含む）"),
    ("rules.conf", "Linux（USBGuard）"),
    ("99-tenken-devices.rules", "Linux（udev）"),
    ("README.txt", "定めていること、置き場所、道具ごとに止められないもの"),
)


class HandoutTable(Table):
    caption = "表3　払い出した設定ファイル"
    row_header = "target"

    made_at = MomentColumn(verbose_name="作成日時")
    target = tables.Column(verbose_name="対象")
    policy = NumberColumn(verbose_name="版", accessor="policy__number")
    current = tables.Column(verbose_name="いまの版", empty_values=(), orderable=False)
    made_by_name = tables.Column(verbose_name="作成者")
    sha256 = tables.Column(verbose_name="ハッシュ値（SHA-256）", attrs=LOOSE)
    file = tables.Column(
        verbose_name="ファイル",
        accessor="pk",
        orderable=False,
        linkify=("telemetry-handout-file", [tables.A("pk")]),
        exclude_from_export=True,
    )

    def __init__(self, *args: Any, current: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current

    def render_policy(self, value: int) -> str:
        return f"第{value}版"

    def render_current(self, record: DeviceHandout) -> str:
        return "○" if record.policy.number == self.current else "古い版"

    def render_file(self, record: DeviceHandout) -> str:
        return f"ZIP（{max(1, record.file.size // 1024)}KB）"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    """List what was handed out; make settings for a place."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    policy = policy_in_force(by.city_id)
    form = PlaceForm(request.POST if request.method == "POST" else None, by)
    if form.is_bound:
        require(by, MANAGE_DEVICES)
        if "all" in request.POST:
            made_all = hand_out_all(by=by)
            if isinstance(made_all, Job):
                return redirect("job", made_all.pk)
            messages.success(
                request, f"{len(made_all)}件の設定ファイルを作りました。下の表から取り出します。"
            )
            return redirect("telemetry-handouts")
        if form.is_valid():
            made = hand_out(by=by, choice=form.choice())
            messages.success(
                request, f"「{made.target}」の設定ファイルを作りました。下の表から取り出します。"
            )
            return redirect("telemetry-handouts")
    made_already = handouts(by)
    table = HandoutTable(made_already, current=policy.number if policy else 0)
    if kind := wants_export(request):
        return export_table(table, "設定ファイルの払出し", kind)
    RequestConfig(request, paginate={"per_page": 20}).configure(table)
    context = {
        "policy": policy,
        "form": form,
        "table": table,
        "plainly": PLAINLY,
        "files_header": ["ファイル", "使う道具"],
        "files": _FILES,
        "targets_header": ["対象", "第何版の設定ファイル"],
        "targets": _targets(by, policy, made_already),
        "may_manage": by.everywhere(MANAGE_DEVICES),
    }
    return render(
        request, "web/telemetry/devices/handouts.html", context, status=422 if form.is_bound else 200
    )


def _targets(by: Principal, policy: DevicePolicy | None, made: list[DeviceHandout]) -> list[tuple[str, str]]:
    """Return the places that need settings of their own, and the newest version handed out for each."""
    if policy is None:
        return []
    newest: dict[str, int] = {}
    for one in made:
        newest[one.target] = max(newest.get(one.target, 0), one.policy.number)
    return [
        (choice.name, f"第{newest[choice.name]}版" if choice.name in newest else "まだありません")
        for choice in target_choices(by, policy)
    ]


@signed_in
@require_safe
def download(request: SignedInRequest, handout_id: int) -> HttpResponse:
    """Return the file as it was handed out."""
    by = request.principal
    rows = DeviceHandout.objects.restrict(by, VIEW_DEVICES).select_related("file")
    made = rows.filter(pk=handout_id).first()
    if made is None:
        raise Missing("この設定ファイルはないか、見ることのできる範囲にありません。")
    with open_file(made.file) as file:
        return attachment(file.read(), made.file.name, made.file.media_type)
