"""How states of the inspection look on a page."""

from __future__ import annotations

from tenken.inspection.models import Programme, SelfCheck, Sheet

SHEET_STATUSES: dict[str, tuple[str, str]] = {
    Sheet.Status.NOT_STARTED: ("未着手", "neutral"),
    Sheet.Status.DRAFTING: ("記入中", "yellow"),
    Sheet.Status.SUBMITTED: ("承認待ち", "blue"),
    Sheet.Status.RETURNED_BY_MANAGER: ("差戻し（情報管理者）", "red"),
    Sheet.Status.APPROVED: ("受付待ち", "blue"),
    Sheet.Status.RETURNED_BY_SECRETARIAT: ("差戻し（事務局）", "red"),
    Sheet.Status.ACCEPTED: ("受付済", "green"),
    Sheet.Status.EXEMPTED: ("対象外", "neutral"),
}
PROGRAMME_STATUSES: dict[str, tuple[str, str]] = {
    Programme.Status.PLANNED: ("準備中", "neutral"),
    Programme.Status.LAUNCHED: ("実施中", "blue"),
    Programme.Status.CLOSED: ("終了", "green"),
}
SELF_CHECK_STATUSES: dict[str, tuple[str, str]] = {
    SelfCheck.Status.NOT_STARTED: ("未着手", "neutral"),
    SelfCheck.Status.DRAFTING: ("記入中", "yellow"),
    SelfCheck.Status.SUBMITTED: ("提出済", "green"),
    SelfCheck.Status.EXEMPTED: ("対象外", "neutral"),
}
