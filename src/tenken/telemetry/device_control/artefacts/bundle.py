"""All settings of a target in one ZIP with a README. Stored, not compressed, dated by the policy: the same input gives
the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile

from tenken.telemetry.device_control.artefacts import defender, linux, windows_policy
from tenken.telemetry.device_control.artefacts.target import Target
from tenken.telemetry.device_control.kinds import DeviceKind

PLAINLY = (
    "Tenkenは設定ファイルを作るだけです。端末への配布も、適用も、データの暗号化も行いません。"
    "配布と適用は、市の管理ツール（グループポリシーなど）で行ってください。"
)


def files_of(target: Target) -> dict[str, bytes]:
    """Return the files by their names."""
    found = windows_policy.settings(target)
    return {
        "README.txt": _readme(target),
        "windows/group-policy/registry.pol": windows_policy.registry_pol(found),
        "windows/group-policy/settings.reg": windows_policy.reg_file(found),
        "windows/group-policy/settings.inf": windows_policy.inf_file(found),
        "windows/group-policy/settings.csv": windows_policy.csv_file(found),
        "windows/defender/PolicyGroups.xml": defender.groups_xml(target),
        "windows/defender/PolicyRules.xml": defender.rules_xml(target),
        "linux/99-tenken-devices.rules": linux.udev_rules(target),
        "linux/rules.conf": linux.usbguard_rules(target),
    }


def zipped(target: Target) -> bytes:
    """Return ``files_of`` as a ZIP."""
    day = target.published_on
    stamp = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files_of(target).items():
            entry = zipfile.ZipInfo(name, stamp)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return written.getvalue()


def _readme(target: Target) -> bytes:
    lines = [
        "外部媒体の使用制限　設定ファイル",
        "",
        f"対象：{target.name}",
        f"もと：使用制限 第{target.policy}版（{target.published_on:%Y-%m-%d}公布、{target.sha256}）",
        f"許可した媒体：{target.on:%Y-%m-%d}現在、{len(target.permitted)}件",
        "",
        PLAINLY,
        "",
        "■ 定めていること",
        *(f"・{kind.label}：{_says(target, kind)}" for kind in DeviceKind),
        "",
        "■ 許可した媒体",
        *(
            f"・{one.number} {one.name}（{one.kind.label}、{one.vendor_id or '----'}:{one.product_id or '----'}、"
            f"シリアル {one.serial or 'すべて'}、{one.access.label}）"
            for one in target.permitted
        ),
        *([] if target.permitted else ["・ありません。"]),
        "",
        "■ ファイル",
        "windows/group-policy/registry.pol　GPOの Machine フォルダに置く（リムーバブル記憶域へのアクセス）",
        "windows/group-policy/settings.reg、settings.inf、settings.csv　同じ設定を、読める形・取り込める形にしたもの",
        "windows/defender/PolicyGroups.xml、PolicyRules.xml　共有フォルダに置き、グループポリシーの",
        "　「Microsoft Defender ウイルス対策 > デバイス制御」の「グループの定義」「規則の定義」でその場所を指す",
        "linux/rules.conf　/etc/usbguard/rules.conf（USBGuard）",
        "linux/99-tenken-devices.rules　/etc/udev/rules.d/（udev）",
        "",
        "■ 道具の限界（定めどおりには止められないもの）",
        *_limits(target),
    ]
    return b"\xef\xbb\xbf" + "".join(f"{line}\r\n" for line in lines).encode()


def _says(target: Target, kind: DeviceKind) -> str:
    verdict = target.verdicts[kind]
    excepted = "（許可した媒体を除く）" if verdict.approved_excepted else ""
    return f"{verdict.access.label}{excepted}　{verdict.reason}"


def _limits(target: Target) -> list[str]:
    groups = (
        ("グループポリシー", windows_policy.limits(target)),
        ("Microsoft Defender", defender.limits(target)),
        ("Linux", linux.limits(target)),
    )
    lines = [f"・{tool}：{text}" for tool, texts in groups for text in texts]
    lines += [
        f"・媒体{one.number}（{one.name}）：USBの識別番号がないため、どの道具でも例外にできません。"
        for one in defender.unknown_devices(target)
    ]
    return lines or ["・ありません。"]
