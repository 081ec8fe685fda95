"""Who may reach what: the expected outcome of every address for every kind of visitor. Data, read by ``access.walk``.

    name of the page, or "METHOD /path" of the API: (place, {"GET": (inside, outside), …})

*place* names the place-holders' values (``walking.make_world``). An outcome is one for all, or roles by outcome, with
``REST`` for everyone not named. ``ok``: 200 or a redirect; for what is sent, also refused for its content (400, 409,
422) - the visitor may do it. People of another city are visitors too: ``f_secretariat``, ``f_manager``; ``other`` is the
manager of 保険課. Signed-out visitors go to the sign-in page (401 from the API) except for ``PUBLIC``.
"""

from __future__ import annotations

REST = "*"
Outcome = str | dict[str, str]

PUBLIC = frozenset({"help", "health", "account_login", "account_inactive", "account_reset_password"})
# Pages of the person's own account: the same for every role, so a few visitors are enough.
SAME_FOR_ALL = ("account_", "mfa_")

# nobody may send it this way
CLOSED: Outcome = "405"
EVERYONE: Outcome = "ok"
# there is none
NOBODY: Outcome = "404"
SECRETARIAT_ELSE_404: Outcome = {"ok": "secretariat", "404": REST}
SECRETARIAT_OF_THE_CITY: Outcome = {"ok": "secretariat", "404": "f_secretariat", "403": REST}
# of either city, each in its own
SECRETARIATS: Outcome = {"ok": "secretariat f_secretariat", "403": REST}
# a row of 企画課 (inside)
SEES_A1: Outcome = {"ok": "ciso bureau manager deputy secretariat auditor", "404": REST}
# a row of 保険課 (outside)
SEES_B1: Outcome = {"ok": "ciso secretariat auditor other", "404": REST}
CHANGES_A1: Outcome = {
    "ok": "secretariat",
    "404": "committee commissioner other f_secretariat f_manager",
    "403": REST,
}
CHANGES_B1: Outcome = {"ok": "secretariat", "403": "ciso network auditor other", "404": REST}
PLANS_INSPECTION: Outcome = {
    "ok": "secretariat",
    "404": "staff committee commissioner f_secretariat f_manager",
    "403": REST,
}
# the staff member has one of their own, nobody else
ANSWERS_SELF: Outcome = {"ok": "staff", "404": REST}
READS_JOURNAL: Outcome = {"ok": "ciso secretariat auditor f_secretariat", "403": REST}
WATCHES: Outcome = {
    "ok": "ciso bureau manager deputy network secretariat auditor other f_secretariat f_manager",
    "403": REST,
}
WATCHES_A1: Outcome = {"ok": "ciso bureau manager deputy network secretariat auditor", "404": REST}
WATCHES_B1: Outcome = {"ok": "ciso network secretariat auditor other", "404": REST}
# what is the whole city's, seen by whoever watches any of its terminals
WATCHES_THE_CITY: Outcome = {
    "ok": "ciso bureau manager deputy network secretariat auditor other",
    "404": REST,
}
APPLIES_DEVICES: Outcome = {"ok": "manager other f_manager", "403": REST}
APPLIES_DEVICE_A1: Outcome = {
    "ok": "manager",
    "403": "ciso bureau deputy network secretariat auditor",
    "404": REST,
}
APPLIES_DEVICE_B1: Outcome = {"ok": "other", "403": "ciso network secretariat auditor", "404": REST}
APPROVES_DEVICE_A1: Outcome = {
    "ok": "network secretariat",
    "403": "ciso bureau manager deputy auditor",
    "404": REST,
}
APPROVES_DEVICE_B1: Outcome = {"ok": "network secretariat", "403": "ciso auditor other", "404": REST}
MANAGES_DEVICE_A1: Outcome = {
    "ok": "secretariat",
    "403": "ciso bureau manager deputy network auditor",
    "404": REST,
}
MANAGES_DEVICE_B1: Outcome = {"ok": "secretariat", "403": "ciso network auditor other", "404": REST}
RETURNS_DEVICE_A1: Outcome = {
    "ok": "manager secretariat",
    "403": "ciso bureau deputy network auditor",
    "404": REST,
}
RETURNS_DEVICE_B1: Outcome = {"ok": "other secretariat", "403": "ciso network auditor", "404": REST}
RECORDS_REMOTE: Outcome = {"ok": "network secretariat f_secretariat", "403": REST}
ANSWERS_VIEW_A1: Outcome = {
    "ok": "manager deputy secretariat",
    "403": "ciso bureau network auditor",
    "404": REST,
}
ANSWERS_VIEW_B1: Outcome = {"ok": "other secretariat", "403": "ciso network auditor", "404": REST}
COUNTS_A1: Outcome = {
    "ok": "ciso bureau manager deputy network secretariat auditor",
    "404": "other f_secretariat f_manager",
    "403": REST,
}
COUNTS_B1: Outcome = {
    "ok": "ciso network secretariat auditor other",
    "404": "bureau manager deputy f_secretariat f_manager",
    "403": REST,
}
FILLS_A1: Outcome = {"ok": "manager deputy", "403": "ciso bureau secretariat auditor", "404": REST}
FILLS_B1: Outcome = {"ok": "other", "403": "ciso secretariat auditor", "404": REST}
SEES_SHEETS: Outcome = {"403": "system network staff committee commissioner", "ok": REST}
OWN_CITY: Outcome = {"404": "f_secretariat f_manager", "ok": REST}
SEES_INSPECTION: Outcome = {"404": "staff committee commissioner f_secretariat f_manager", "ok": REST}
TAKES_FORMS: Outcome = {
    "403": "system network",
    "404": "staff committee commissioner f_secretariat f_manager",
    "ok": REST,
}
SECRETARIATS_BUT_NOT_THERE: Outcome = {"404": "secretariat f_secretariat", "403": REST}
# what every sender of logs is given and may
SOURCE_KEEPERS_BUT_NOT_THERE: Outcome = {"404": "secretariat network f_secretariat", "403": REST}
KEEPS_SOURCES: Outcome = {"ok": "secretariat network f_secretariat", "403": REST}
KEEPS_SOURCE: Outcome = {"ok": "secretariat network", "404": "f_secretariat", "403": REST}
# a terminal of 企画課 (inside) and of 保険課 (outside), changed; what is counted over the whole city
MANAGES_TERMINAL_A1: Outcome = {
    "ok": "network secretariat",
    "403": "ciso bureau manager deputy auditor",
    "404": REST,
}
MANAGES_TERMINAL_B1: Outcome = {"ok": "network secretariat", "403": "ciso auditor other", "404": REST}
WATCHES_THE_SOFTWARE: Outcome = {
    "ok": "ciso bureau manager deputy network secretariat auditor other",
    "404": "f_secretariat f_manager",
    "403": REST,
}
MANAGES_INVENTORY: Outcome = {"ok": "secretariat network f_secretariat", "403": REST}
MANAGES_INVENTORY_BUT_NOT_THERE: Outcome = {"404": "secretariat network f_secretariat", "403": REST}
MANAGES_A_DATE: Outcome = {"ok": "secretariat network", "404": "f_secretariat", "403": REST}
SEES_COUNTS: Outcome = {"ok": "ciso network secretariat auditor f_secretariat", "403": REST}
SEES_A_COUNT: Outcome = {"ok": "ciso network secretariat auditor", "404": REST}
EXPLAINS_A_COUNT: Outcome = {"ok": "network secretariat", "403": "ciso auditor", "404": REST}
HANDLES_ALERT_A1: Outcome = {
    "ok": "network secretariat",
    "403": "ciso bureau manager deputy auditor",
    "404": REST,
}
HANDLES_ALERT_B1: Outcome = {"ok": "network secretariat", "403": "ciso auditor other", "404": REST}
SEES_ALL_ALERTS: Outcome = {"ok": "ciso network secretariat auditor f_secretariat", "403": REST}
SEES_RULE: Outcome = {
    "ok": "ciso bureau manager deputy network secretariat auditor other",
    "404": "f_secretariat f_manager",
    "403": REST,
}
REPORTS_MEASURES: Outcome = {"ok": "manager deputy other secretariat f_secretariat f_manager", "403": REST}
MEASURES_A1: Outcome = {"ok": "manager deputy secretariat", "403": "ciso bureau auditor", "404": REST}
MEASURES_B1: Outcome = {"ok": "other secretariat", "403": "ciso auditor", "404": REST}
# a row of the ledgers of 企画課 (inside) and of 保険課 (outside)
SEES_LEDGER_A1: Outcome = {"ok": "ciso bureau manager deputy system network secretariat auditor", "404": REST}
SEES_LEDGER_B1: Outcome = {"ok": "ciso network secretariat auditor other", "404": REST}
KEEPS_A1: Outcome = {
    "ok": "manager deputy secretariat",
    "403": "ciso bureau system network auditor",
    "404": REST,
}
KEEPS_B1: Outcome = {"ok": "secretariat other", "403": "ciso network auditor", "404": REST}
SYSTEM_A1: Outcome = {
    "ok": "system network secretariat",
    "403": "ciso bureau manager deputy auditor",
    "404": REST,
}
SYSTEM_B1: Outcome = {"ok": "network secretariat", "403": "ciso auditor other", "404": REST}
SEES_LEDGERS: Outcome = {"403": "staff committee commissioner", "ok": REST}
KEEPERS: Outcome = {"ok": "manager deputy secretariat other f_secretariat f_manager", "403": REST}
KEEPERS_BUT_NOT_THERE: Outcome = {
    "404": "manager deputy secretariat other f_secretariat f_manager",
    "403": REST,
}
SYSTEM_KEEPERS: Outcome = {"ok": "system network secretariat f_secretariat", "403": REST}
SYSTEM_KEEPERS_BUT_NOT_THERE: Outcome = {"404": "system network secretariat f_secretariat", "403": REST}
SEES_RISKS: Outcome = {
    "404": "staff committee commissioner f_secretariat f_manager",
    "403": "system network",
    "ok": REST,
}

SEES_MEETINGS: Outcome = {"403": "system network staff", "ok": REST}
SEES_DUTIES: Outcome = {"ok": "ciso bureau secretariat auditor f_secretariat", "403": REST}
SEES_CITY_DUTY: Outcome = {"ok": "ciso secretariat auditor", "404": REST}
KEEPS_MEETING: Outcome = {
    "ok": "secretariat",
    "404": "system network staff f_secretariat f_manager",
    "403": REST,
}
CHECKS_A1: Outcome = {"ok": "secretariat", "403": "ciso bureau manager deputy auditor", "404": REST}
CHECKS_B1: Outcome = {"ok": "secretariat", "403": "ciso auditor other", "404": REST}
IMPROVES: Outcome = {"ok": "manager deputy other f_manager", "403": REST}
RUNS_TRACES: Outcome = {"ok": "secretariat", "403": "ciso bureau manager deputy auditor other", "404": REST}
# a draft that only who runs such checks sees
PREPARES_EXTENT: Outcome = {"ok": "secretariat", "404": REST}
MAKES_EXTENTS: Outcome = {"ok": "secretariat", "404": "f_secretariat", "403": REST}
MAKES_CASES: Outcome = {"ok": "secretariat", "404": "f_secretariat f_manager", "403": REST}

# audits: who works on one (its auditors, the secretariat), who plans, who answers a draft
WORKS_A1: Outcome = {
    "ok": "secretariat auditor",
    "403": "ciso bureau manager deputy system network",
    "404": REST,
}
WORKS_B1: Outcome = {"ok": "secretariat auditor", "403": "ciso network other", "404": REST}
PLANS_AUDIT_A1: Outcome = {
    "ok": "secretariat",
    "403": "ciso bureau manager deputy system network auditor",
    "404": REST,
}
PLANS_AUDIT_B1: Outcome = {"ok": "secretariat", "403": "ciso network auditor other", "404": REST}
ANSWERS_DRAFT_A1: Outcome = {
    "ok": "manager deputy system network",
    "403": "ciso bureau secretariat auditor",
    "404": REST,
}
ANSWERS_DRAFT_B1: Outcome = {"ok": "network other", "403": "ciso secretariat auditor", "404": REST}
READS_DRAFT_A1: Outcome = {"ok": "manager deputy system network secretariat auditor", "404": REST}
READS_DRAFT_B1: Outcome = {"ok": "network secretariat auditor other", "404": REST}
ORDERS_AUDITS: Outcome = {"ok": "ciso secretariat f_secretariat", "403": REST}
READS_AUDITORS: Outcome = {"ok": "ciso secretariat auditor f_secretariat", "403": REST}
READS_AN_AUDITOR: Outcome = {"ok": "ciso secretariat auditor", "404": REST}
STRIKES: Outcome = {"ok": "secretariat", "404": "f_secretariat f_manager", "403": REST}

# visits: whoever makes them, whoever plans them
RECORDS_A1: Outcome = {"ok": "secretariat auditor", "403": "ciso bureau manager deputy", "404": REST}
RECORDS_B1: Outcome = {"ok": "secretariat auditor", "403": "ciso other", "404": REST}
PLANS_VISIT_A1: Outcome = {"ok": "secretariat", "403": "ciso bureau manager deputy auditor", "404": REST}
PLANS_VISIT_B1: Outcome = {"ok": "secretariat", "403": "ciso auditor other", "404": REST}
SELECTS_VISITS: Outcome = {
    "ok": "secretariat",
    "403": "ciso bureau manager deputy auditor other",
    "404": REST,
}

# results of scanners of 企画課 (inside) and of 保険課 (outside): read as audits are, brought in and judged by who audits
TECHNICAL_A1: Outcome = {
    "ok": "secretariat",
    "403": "ciso bureau manager deputy system network auditor",
    "404": REST,
}
TECHNICAL_B1: Outcome = {"ok": "secretariat", "403": "ciso network auditor other", "404": REST}

# whose turn it is to be audited
READS_ROTATION: Outcome = {"ok": "ciso secretariat auditor f_secretariat", "403": REST}
SEES_ROTATION: Outcome = {"ok": "ciso secretariat auditor", "404": REST}
MANAGES_ROTATION: Outcome = {"ok": "secretariat", "403": "ciso auditor", "404": REST}

# the fieldwork of an audit of 企画課: its auditors and the secretariat; who answers auditors for it
WORKS_AUDIT: Outcome = {"ok": "secretariat auditor", "404": REST}
FIELDWORK_A1: Outcome = {"ok": "manager deputy system network secretariat auditor", "404": REST}
DECIDES_FIELDWORK_A1: Outcome = {
    "ok": "secretariat auditor",
    "403": "manager deputy system network",
    "404": REST,
}
ANSWERS_A1: Outcome = {"ok": "manager deputy system network", "403": "secretariat auditor", "404": REST}
ANSWERS_AUDITORS: Outcome = {"ok": "manager deputy system network other f_manager", "403": REST}
ANSWERS_BUT_NOT_THERE: Outcome = {"404": "manager deputy system network other f_manager", "403": REST}

# fmt: off
TABLE: dict[str, tuple[str, dict[str, tuple[Outcome, ...]]]] = {
    "home": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "help": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "health": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "account_login": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "account_logout": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "account_inactive": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "account_reauthenticate": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "account_change_password": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "account_reset_password": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "account_me": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "account_token_add": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "account_token_remove": ("token", {"GET": ({"ok": "deputy", "404": REST},), "POST": ({"ok": "deputy", "404": REST},)}),
    "mfa_index": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "mfa_authenticate": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_reauthenticate": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_activate_totp": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_deactivate_totp": ("", {"GET": (NOBODY,), "POST": (NOBODY,)}),
    "mfa_view_recovery_codes": ("", {"GET": (NOBODY,), "POST": (CLOSED,)}),
    "mfa_generate_recovery_codes": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_download_recovery_codes": ("", {"GET": (NOBODY,), "POST": (NOBODY,)}),
    "mfa_list_webauthn": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "mfa_add_webauthn": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_reauthenticate_webauthn": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_remove_webauthn": ("key", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "mfa_edit_webauthn": ("key", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "inspection-index": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "inspection-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "inspection-programme": ("programme", {"GET": (SEES_INSPECTION,), "POST": (CLOSED,)}),
    "inspection-stages": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-questions": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-targets": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-target-add": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-self-check-people": ("self_check", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-self-check-results": ("self_check", {"GET": ({"403": "system network", "404": "staff committee commissioner f_secretariat f_manager", "ok": REST},), "POST": (CLOSED,)}),
    "inspection-self-check-chart": ("self_check", {"GET": ({"403": "system network", "404": "staff committee commissioner f_secretariat f_manager", "ok": REST},), "POST": (CLOSED,)}),
    "inspection-self-check": ("self_check", {"GET": (ANSWERS_SELF,), "POST": (ANSWERS_SELF,)}),
    "inspection-self-answer": ("self_answer", {"GET": (CLOSED,), "POST": (ANSWERS_SELF,)}),
    "inspection-self-withdraw": ("self_check", {"GET": (CLOSED,), "POST": (ANSWERS_SELF,)}),
    "inspection-series-list": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "inspection-series-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "inspection-series": ("series", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-series-plan": ("series", {"GET": (CLOSED,), "POST": (PLANS_INSPECTION,)}),
    "inspection-series-end": ("series", {"GET": (CLOSED,), "POST": (PLANS_INSPECTION,)}),
    "inspection-launch": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-close": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-sheets": ("programme", {"GET": (SEES_INSPECTION,), "POST": (CLOSED,)}),
    "inspection-accept-many": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-behind": ("programme", {"GET": (SEES_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-reminders": ("programme", {"GET": (SEES_INSPECTION,), "POST": (CLOSED,)}),
    "inspection-reminder-steps": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-reminders-send": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "inspection-carry-over": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "inspection-restore": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": ({"ok": "secretariat", "403": "ciso bureau manager deputy auditor", "404": REST}, {"ok": "secretariat", "403": "ciso auditor other", "404": REST},)}),
    "inspection-stand-by": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-issues": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "inspection-issue-rows": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "inspection-issues-chart": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "inspection-sheet": ("sheet", {"GET": (SEES_A1, SEES_B1,), "POST": (SEES_A1, SEES_B1,)}),
    "inspection-answer": ("answer", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-evidence": ("answer", {"GET": (SEES_A1, SEES_B1,), "POST": (SEES_A1, SEES_B1,)}),
    "inspection-evidence-remove": ("evidence", {"GET": (CLOSED,), "POST": (FILLS_A1,)}),
    "inspection-submit": ("sheet", {"GET": (SEES_A1, SEES_B1,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-withdraw": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-approve": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-return": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": ({"ok": "manager", "403": "ciso bureau deputy secretariat auditor", "404": REST}, FILLS_B1,)}),
    "inspection-accept": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": ({"ok": "secretariat", "403": "ciso bureau manager deputy auditor", "404": REST}, {"ok": "secretariat", "403": "ciso auditor other", "404": REST},)}),
    "inspection-risk": ("sheet", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "inspection-risk-take": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-none": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-ledger": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-decide": ("sheet", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-asset-new": ("sheet", {"GET": (FILLS_A1, FILLS_B1,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-asset": ("sheet_asset", {"GET": (FILLS_A1, FILLS_B1,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-asset-remove": ("sheet_asset", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "inspection-risk-overview": ("programme", {"GET": (SEES_RISKS,), "POST": (CLOSED,)}),
    "inspection-risk-overview-chart": ("programme", {"GET": (SEES_RISKS,), "POST": (CLOSED,)}),
    "inspection-risk-assets": ("programme", {"GET": (SEES_RISKS,), "POST": (CLOSED,)}),
    "inspection-risk-high": ("programme", {"GET": (SEES_RISKS,), "POST": (CLOSED,)}),
    "inspection-risk-missing": ("programme", {"GET": (SEES_RISKS,), "POST": (CLOSED,)}),
    "assets-list": ("", {"GET": (SEES_LEDGERS,), "POST": (CLOSED,)}),
    "assets-new": ("", {"GET": (KEEPERS,), "POST": (KEEPERS,)}),
    "assets-import": ("", {"GET": (KEEPERS,), "POST": (KEEPERS,)}),
    "assets-import-confirm": ("", {"GET": (CLOSED,), "POST": (KEEPERS_BUT_NOT_THERE,)}),
    "assets-detail": ("asset", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "assets-change": ("asset", {"GET": (KEEPS_A1, KEEPS_B1,), "POST": (KEEPS_A1, KEEPS_B1,)}),
    "assets-retire": ("asset", {"GET": (KEEPS_A1, KEEPS_B1,), "POST": (KEEPS_A1, KEEPS_B1,)}),
    "assets-systems": ("", {"GET": (SEES_LEDGERS,), "POST": (CLOSED,)}),
    "assets-system-new": ("", {"GET": (SYSTEM_KEEPERS,), "POST": (SYSTEM_KEEPERS,)}),
    "assets-systems-import": ("", {"GET": (SYSTEM_KEEPERS,), "POST": (SYSTEM_KEEPERS,)}),
    "assets-systems-import-confirm": ("", {"GET": (CLOSED,), "POST": (SYSTEM_KEEPERS_BUT_NOT_THERE,)}),
    "assets-system": ("system", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "assets-system-change": ("system", {"GET": (SYSTEM_A1, SYSTEM_B1,), "POST": (SYSTEM_A1, SYSTEM_B1,)}),
    "assets-system-retire": ("system", {"GET": (SYSTEM_A1, SYSTEM_B1,), "POST": (SYSTEM_A1, SYSTEM_B1,)}),
    "audits-index": ("", {"GET": (SEES_LEDGERS,), "POST": (CLOSED,)}),
    "audits-plan": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "audits-order": ("", {"GET": (ORDERS_AUDITS,), "POST": (ORDERS_AUDITS,)}),
    "audits-held": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "audits-work": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "audits-engagement": ("engagement", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-notice": ("engagement", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-report": ("engagement", {"GET": (READS_DRAFT_A1, READS_DRAFT_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-change": ("engagement", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-viewpoints": ("engagement", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-appoint": ("engagement", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-notify": ("engagement", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-cancel": ("engagement", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-visit": ("engagement", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-appointment-end": ("appointment", {"GET": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-begin": ("engagement", {"GET": (CLOSED, CLOSED,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-send": ("engagement", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-issue": ("engagement", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-close": ("engagement", {"GET": (CLOSED, CLOSED,), "POST": (PLANS_AUDIT_A1, PLANS_AUDIT_B1,)}),
    "audits-head": ("engagement", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-item-new": ("engagement", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-take-over": ("engagement", {"GET": (CLOSED, CLOSED,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-item": ("report_item", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-item-drop": ("report_item", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-item-move": ("report_item", {"GET": (CLOSED, CLOSED,), "POST": (WORKS_A1, WORKS_B1,)}),
    "audits-answer": ("engagement", {"GET": (ANSWERS_DRAFT_A1, ANSWERS_DRAFT_B1,), "POST": (ANSWERS_DRAFT_A1, ANSWERS_DRAFT_B1,)}),
    "audits-reply": ("fact_answer", {"GET": (WORKS_A1, WORKS_B1,), "POST": (WORKS_A1, WORKS_B1,)}),
    "telemetry-boards": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-map": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-board-section": ("unit", {"GET": (WATCHES_A1, WATCHES_B1), "POST": (CLOSED, CLOSED)}),
    "telemetry-counts": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-counts-chart": ("counts_chart", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-talkers": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-changes": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-devices": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-policy": ("device_policy", {"GET": (WATCHES_THE_CITY,), "POST": (CLOSED,)}),
    "telemetry-policy-draft": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS,)}),
    "telemetry-policy-edit": ("", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-policy-publish": ("", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-policy-drop": ("", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-approved": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-approved-new": ("", {"GET": (APPLIES_DEVICES,), "POST": (APPLIES_DEVICES,)}),
    "telemetry-approved-import": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-approved-import-confirm": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "telemetry-approved-device": ("approved_device", {"GET": (WATCHES_A1, WATCHES_B1), "POST": (CLOSED, CLOSED)}),
    "telemetry-approved-again": ("approved_device", {"GET": (APPLIES_DEVICE_A1, APPLIES_DEVICE_B1), "POST": (APPLIES_DEVICE_A1, APPLIES_DEVICE_B1)}),
    "telemetry-approved-change": ("approved_device", {"GET": (MANAGES_DEVICE_A1, MANAGES_DEVICE_B1), "POST": (MANAGES_DEVICE_A1, MANAGES_DEVICE_B1)}),
    "telemetry-approved-decide": ("approved_device", {"GET": (APPROVES_DEVICE_A1, APPROVES_DEVICE_B1), "POST": (APPROVES_DEVICE_A1, APPROVES_DEVICE_B1)}),
    "telemetry-approved-drop": ("approved_device", {"GET": (APPLIES_DEVICE_A1, APPLIES_DEVICE_B1), "POST": (APPLIES_DEVICE_A1, APPLIES_DEVICE_B1)}),
    "telemetry-approved-return": ("approved_device", {"GET": (RETURNS_DEVICE_A1, RETURNS_DEVICE_B1), "POST": (RETURNS_DEVICE_A1, RETURNS_DEVICE_B1)}),
    "telemetry-approved-withdraw": ("approved_device", {"GET": (APPROVES_DEVICE_A1, APPROVES_DEVICE_B1), "POST": (APPROVES_DEVICE_A1, APPROVES_DEVICE_B1)}),
    "telemetry-compliance": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-compliance-chart": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-attached": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-handouts": ("", {"GET": (WATCHES,), "POST": (SECRETARIATS,)}),
    "telemetry-handout-file": ("device_handout", {"GET": (WATCHES_THE_CITY,), "POST": (CLOSED,)}),
    "telemetry-remote": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-remote-new": ("", {"GET": (RECORDS_REMOTE,), "POST": (RECORDS_REMOTE,)}),
    "telemetry-remote-strike": ("remote_session", {"GET": (APPROVES_DEVICE_A1, APPROVES_DEVICE_B1), "POST": (APPROVES_DEVICE_A1, APPROVES_DEVICE_B1)}),
    "telemetry-terminals": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-terminal-new": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-terminals-import": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-terminals-import-confirm": ("", {"GET": (CLOSED,), "POST": (MANAGES_INVENTORY_BUT_NOT_THERE,)}),
    "telemetry-terminals-follow": ("", {"GET": (CLOSED,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-inventory-settings": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-terminal": ("terminal", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-terminal-software": ("terminal", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-terminal-history": ("terminal", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-terminal-change": ("terminal", {"GET": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,), "POST": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,)}),
    "telemetry-terminal-assign": ("terminal", {"GET": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,), "POST": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,)}),
    "telemetry-terminal-state": ("terminal", {"GET": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,), "POST": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,)}),
    "telemetry-doubts": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-doubt": ("doubt", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,)}),
    "telemetry-doubt-split": ("merged", {"GET": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,), "POST": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,)}),
    "telemetry-software": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-software-title": ("software", {"GET": (WATCHES_THE_SOFTWARE,), "POST": (CLOSED,)}),
    "telemetry-support": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-support-table": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-support-save": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-support-import": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-support-import-confirm": ("", {"GET": (CLOSED,), "POST": (MANAGES_INVENTORY_BUT_NOT_THERE,)}),
    "telemetry-support-remove": ("support_row", {"GET": (MANAGES_A_DATE,), "POST": (MANAGES_A_DATE,)}),
    "telemetry-licences": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-licence-file": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-licences-import": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-licences-import-confirm": ("", {"GET": (CLOSED,), "POST": (MANAGES_INVENTORY_BUT_NOT_THERE,)}),
    "telemetry-licence-new": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-licence-change": ("licence", {"GET": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,), "POST": (MANAGES_TERMINAL_A1, MANAGES_TERMINAL_B1,)}),
    "telemetry-reconciliations": ("", {"GET": (SEES_COUNTS,), "POST": (CLOSED,)}),
    "telemetry-reconciliation-new": ("", {"GET": (MANAGES_INVENTORY,), "POST": (MANAGES_INVENTORY,)}),
    "telemetry-reconciliation": ("reconciliation", {"GET": (SEES_A_COUNT,), "POST": (CLOSED,)}),
    "telemetry-reconciliation-count": ("reconciliation", {"GET": (CLOSED,), "POST": (EXPLAINS_A_COUNT,)}),
    "telemetry-reconciliation-explain": ("reconciliation", {"GET": (EXPLAINS_A_COUNT,), "POST": (EXPLAINS_A_COUNT,)}),
    "telemetry-reconciliation-close": ("reconciliation", {"GET": (CLOSED,), "POST": (EXPLAINS_A_COUNT,)}),
    "telemetry-explanation-strike": ("explanation", {"GET": (EXPLAINS_A_COUNT,), "POST": (EXPLAINS_A_COUNT,)}),
    "telemetry-sources": ("", {"GET": (KEEPS_SOURCES,), "POST": (CLOSED,)}),
    "telemetry-source-new": ("", {"GET": (KEEPS_SOURCES,), "POST": (KEEPS_SOURCES,)}),
    "telemetry-source": ("log_source", {"GET": (KEEPS_SOURCE,), "POST": (CLOSED,)}),
    "telemetry-source-change": ("log_source", {"GET": (KEEPS_SOURCE,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-source-key": ("log_source", {"GET": (KEEPS_SOURCE,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-source-switch": ("log_source", {"GET": (KEEPS_SOURCE,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-source-nodes": ("log_source", {"GET": (KEEPS_SOURCE,), "POST": (CLOSED,)}),
    "telemetry-node-revoke": ("enrolled_node", {"GET": (KEEPS_SOURCE,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-reception": ("", {"GET": (KEEPS_SOURCES,), "POST": (CLOSED,)}),
    "telemetry-quarantine": ("", {"GET": (KEEPS_SOURCES,), "POST": (CLOSED,)}),
    "telemetry-quarantine-replay": ("", {"GET": (CLOSED,), "POST": (KEEPS_SOURCES,)}),
    "telemetry-quarantine-give-up": ("", {"GET": (KEEPS_SOURCES,), "POST": (KEEPS_SOURCES,)}),
    "telemetry-quarantine-part": ("quarantined", {"GET": (KEEPS_SOURCE,), "POST": (CLOSED,)}),
    "telemetry-quarantine-raw": ("quarantined", {"GET": (KEEPS_SOURCE,), "POST": (CLOSED,)}),
    "telemetry-alerts": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-alerts-live": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-alerts-act": ("", {"GET": (CLOSED,), "POST": (KEEPS_SOURCES,)}),
    "telemetry-alerts-board": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-incidents": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-alerts-exclusions": ("", {"GET": (SEES_ALL_ALERTS,), "POST": (CLOSED,)}),
    "telemetry-alerts-exclusion-end": ("alert_exclusion", {"GET": (CLOSED,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-alerts-settings": ("", {"GET": (SEES_ALL_ALERTS,), "POST": (SECRETARIATS,)}),
    "telemetry-alert": ("alert", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-alert-step": ("alert", {"GET": (CLOSED, CLOSED,), "POST": (HANDLES_ALERT_A1, HANDLES_ALERT_B1,)}),
    "telemetry-alert-events": ("alert", {"GET": (HANDLES_ALERT_A1, HANDLES_ALERT_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-alert-exclude": ("alert", {"GET": (HANDLES_ALERT_A1, HANDLES_ALERT_B1,), "POST": (HANDLES_ALERT_A1, HANDLES_ALERT_B1,)}),
    "telemetry-rules": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-rule-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-rules-install": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS,)}),
    "telemetry-rule": ("detection_rule", {"GET": (SEES_RULE,), "POST": (CLOSED,)}),
    "telemetry-rule-edit": ("detection_rule", {"GET": (MAKES_CASES,), "POST": (MAKES_CASES,)}),
    "telemetry-rule-trial": ("detection_rule", {"GET": (MAKES_CASES,), "POST": (CLOSED,)}),
    "telemetry-rule-switch": ("detection_rule", {"GET": (CLOSED,), "POST": (MAKES_CASES,)}),
    "telemetry-lists": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-list-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-list": ("watch_list", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-list-import": ("watch_list", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-list-import-confirm": ("watch_list", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "telemetry-list-entry": ("watch_entry", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-list-entry-remove": ("watch_entry", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-duty": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-duty-unit": ("unit", {"GET": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-mappings": ("", {"GET": (KEEPS_SOURCES,), "POST": (CLOSED,)}),
    "telemetry-mapping-new": ("", {"GET": (KEEPS_SOURCES,), "POST": (KEEPS_SOURCES,)}),
    "telemetry-mapping-import": ("", {"GET": (KEEPS_SOURCES,), "POST": (KEEPS_SOURCES,)}),
    "telemetry-mapping-draft": ("csv_sample", {"GET": (SOURCE_KEEPERS_BUT_NOT_THERE,), "POST": (SOURCE_KEEPERS_BUT_NOT_THERE,)}),
    "telemetry-mapping": ("csv_layout", {"GET": (KEEPS_SOURCE,), "POST": (CLOSED,)}),
    "telemetry-mapping-change": ("csv_layout", {"GET": (KEEPS_SOURCE,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-mapping-switch": ("csv_layout", {"GET": (CLOSED,), "POST": (KEEPS_SOURCE,)}),
    "telemetry-search": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-search-purpose": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-search-purpose-end": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS,)}),
    "telemetry-search-more": ("search_page", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (CLOSED,)}),
    "telemetry-search-numbers": ("search", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (CLOSED,)}),
    "telemetry-search-histogram": ("search", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (CLOSED,)}),
    "telemetry-search-export": ("search", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-search-exports": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-search-saved": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-search-save": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-search-saved-remove": ("saved_search", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-search-records": ("", {"GET": (READS_JOURNAL,), "POST": (CLOSED,)}),
    "telemetry-terminal-day": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-person-day": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-search-file": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-event": ("event", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-samples": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-sample-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-sample": ("sample", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-sample-chart": ("sample", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-sample-view": ("sample_view", {"GET": (WATCHES_A1, WATCHES_B1,), "POST": (ANSWERS_VIEW_A1, ANSWERS_VIEW_B1,)}),
    "telemetry-overrides": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-overrides-chart": ("", {"GET": (WATCHES,), "POST": (CLOSED,)}),
    "telemetry-overrides-settings": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-overrides-unit": ("web_unit", {"GET": (COUNTS_A1, COUNTS_B1,), "POST": (CLOSED, CLOSED,)}),
    "telemetry-retention": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-archives": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-holds": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-deletions": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "telemetry-hold-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "telemetry-retention-class": ("retention_class", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-archive": ("archive", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (CLOSED,)}),
    "telemetry-archive-verify": ("archive", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-archive-restore": ("archive", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-archive-forget": ("archive", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-archive-discard": ("archive", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "telemetry-hold-release": ("hold", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "audits-auditors": ("", {"GET": (READS_AUDITORS,), "POST": (CLOSED,)}),
    "audits-auditor-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "audits-settings": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "audits-auditor": ("auditor", {"GET": (READS_AN_AUDITOR,), "POST": (CLOSED,)}),
    "audits-auditor-change": ("auditor", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "audits-qualification-new": ("auditor", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "audits-experience-new": ("auditor", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "audits-conflict-new": ("auditor", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "audits-record-strike": ("auditor_record", {"GET": (STRIKES,), "POST": (STRIKES,)}),
    "audits-technical": ("", {"GET": (SEES_LEDGERS,), "POST": (CLOSED,)}),
    "audits-technical-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "audits-technical-system": ("technical_system", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-technical-hosts": ("technical_system", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-technical-scans": ("technical_system", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-technical-compare": ("technical_system", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-technical-findings": ("technical_system", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-scan": ("technical_scan", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-technical-mapping": ("technical_scan", {"GET": (TECHNICAL_A1, TECHNICAL_B1,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-read": ("technical_scan", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-apply": ("technical_scan", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-discard": ("technical_scan", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-weakness": ("weakness", {"GET": (SEES_LEDGER_A1, SEES_LEDGER_B1,), "POST": (CLOSED, CLOSED,)}),
    "audits-technical-judge": ("weakness", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-finding": ("weakness", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "audits-technical-item": ("weakness", {"GET": (CLOSED, CLOSED,), "POST": (TECHNICAL_A1, TECHNICAL_B1,)}),
    "assets-system-products": ("system", {"GET": (SYSTEM_A1, SYSTEM_B1,), "POST": (SYSTEM_A1, SYSTEM_B1,)}),
    "assets-system-happened": ("system", {"GET": (SYSTEM_A1, SYSTEM_B1,), "POST": (SYSTEM_A1, SYSTEM_B1,)}),
    "assets-occurrence-strike": ("occurrence", {"GET": (SYSTEM_A1, SYSTEM_B1,), "POST": (SYSTEM_A1, SYSTEM_B1,)}),
    "rotation-index": ("", {"GET": (READS_ROTATION,), "POST": (CLOSED,)}),
    "rotation-draw": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS,)}),
    "rotation-universe": ("", {"GET": (READS_ROTATION,), "POST": (CLOSED,)}),
    "rotation-rule": ("", {"GET": (READS_ROTATION,), "POST": (CLOSED,)}),
    "rotation-rule-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "rotation-priors": ("", {"GET": (READS_ROTATION,), "POST": (CLOSED,)}),
    "rotation-prior-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "rotation-prior-import": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "rotation-prior-strike": ("prior_audit", {"GET": (MANAGES_ROTATION,), "POST": (MANAGES_ROTATION,)}),
    "rotation-selection": ("system_selection", {"GET": (SEES_ROTATION,), "POST": (CLOSED,)}),
    "rotation-paper": ("system_selection", {"GET": (SEES_ROTATION,), "POST": (CLOSED,)}),
    "rotation-against": ("system_selection", {"GET": (SEES_ROTATION,), "POST": (CLOSED,)}),
    "rotation-adopt": ("system_selection", {"GET": (CLOSED,), "POST": (MANAGES_ROTATION,)}),
    "rotation-ask": ("system_selection", {"GET": (CLOSED,), "POST": (MANAGES_ROTATION,)}),
    "rotation-discard": ("system_selection", {"GET": (MANAGES_ROTATION,), "POST": (MANAGES_ROTATION,)}),
    "rotation-choice": ("system_choice", {"GET": (SEES_ROTATION,), "POST": (MANAGES_ROTATION,)}),
    "rotation-midterm-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "rotation-midterm": ("mid_term_plan", {"GET": (SEES_ROTATION,), "POST": (CLOSED,)}),
    "rotation-midterm-change": ("mid_term_plan", {"GET": (MANAGES_ROTATION,), "POST": (MANAGES_ROTATION,)}),
    "rotation-midterm-adopt": ("mid_term_plan", {"GET": (CLOSED,), "POST": (MANAGES_ROTATION,)}),
    "rotation-midterm-line": ("mid_term_line", {"GET": (MANAGES_ROTATION,), "POST": (MANAGES_ROTATION,)}),
    "rotation-year": ("audit_year", {"GET": (READS_ROTATION,), "POST": (CLOSED,)}),
    "rotation-year-edit": ("audit_year", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "rotation-year-adopt": ("audit_year", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "audit-visits": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "audit-against": ("programme", {"GET": ({"404": "staff committee commissioner f_secretariat f_manager", "403": "system network", "ok": REST},), "POST": (CLOSED,)}),
    "audit-select": ("visit_stage", {"GET": (SELECTS_VISITS,), "POST": (SELECTS_VISITS,)}),
    "audit-selection": ("selection", {"GET": (SECRETARIAT_ELSE_404,), "POST": (CLOSED,)}),
    "audit-selection-add": ("selection", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "audit-selection-adopt": ("selection", {"GET": (CLOSED,), "POST": (SECRETARIAT_ELSE_404,)}),
    "audit-selection-discard": ("selection", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "audit-selection-remove": ("selected", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "audit-meeting": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "audit-past": ("programme", {"GET": (PLANS_INSPECTION,), "POST": (PLANS_INSPECTION,)}),
    "audit-visit": ("visit", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "audit-plan": ("visit", {"GET": (PLANS_VISIT_A1, PLANS_VISIT_B1,), "POST": (PLANS_VISIT_A1, PLANS_VISIT_B1,)}),
    "audit-items": ("visit", {"GET": (RECORDS_A1, RECORDS_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-letter": ("visit", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "audit-notify": ("visit", {"GET": (PLANS_VISIT_A1, PLANS_VISIT_B1,), "POST": (PLANS_VISIT_A1, PLANS_VISIT_B1,)}),
    "audit-cancel": ("visit", {"GET": (PLANS_VISIT_A1, PLANS_VISIT_B1,), "POST": (PLANS_VISIT_A1, PLANS_VISIT_B1,)}),
    "audit-checklist": ("visit", {"GET": (SEES_A1, SEES_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-checklist-save": ("visit_item", {"GET": (CLOSED, CLOSED,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-checklist-paper": ("visit", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "audit-evidence-remove": ("visit_evidence", {"GET": (CLOSED,), "POST": (RECORDS_A1,)}),
    "audit-finish": ("visit", {"GET": (RECORDS_A1, RECORDS_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-facts-ask": ("visit", {"GET": (RECORDS_A1, RECORDS_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-facts": ("visit", {"GET": ({"ok": "manager", "403": "ciso bureau deputy secretariat auditor", "404": REST}, {"ok": "other", "403": "ciso secretariat auditor", "404": REST},), "POST": ({"ok": "manager", "403": "ciso bureau deputy secretariat auditor", "404": REST}, {"ok": "other", "403": "ciso secretariat auditor", "404": REST},)}),
    "audit-report": ("visit", {"GET": (RECORDS_A1, RECORDS_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-report-paper": ("visit", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "audit-close": ("visit", {"GET": (CLOSED, CLOSED,), "POST": (PLANS_VISIT_A1, PLANS_VISIT_B1,)}),
    "audit-observation-new": ("visit", {"GET": (RECORDS_A1, RECORDS_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-observation": ("observation", {"GET": (RECORDS_A1,), "POST": (RECORDS_A1,)}),
    "audit-observation-drop": ("observation", {"GET": (RECORDS_A1,), "POST": (RECORDS_A1,)}),
    "audit-practice-new": ("visit", {"GET": (RECORDS_A1, RECORDS_B1,), "POST": (RECORDS_A1, RECORDS_B1,)}),
    "audit-practice": ("practice", {"GET": (RECORDS_A1,), "POST": (RECORDS_A1,)}),
    "audit-practice-drop": ("practice", {"GET": (RECORDS_A1,), "POST": (RECORDS_A1,)}),
    "audit-practice-ask": ("practice", {"GET": (CLOSED,), "POST": (PLANS_VISIT_A1,)}),
    "audit-practice-answer": ("practice", {"GET": ({"ok": "manager deputy secretariat", "403": "ciso bureau auditor", "404": REST},), "POST": ({"ok": "manager deputy secretariat", "403": "ciso bureau auditor", "404": REST},)}),
    "audit-practice-propose": ("practice", {"GET": (PLANS_VISIT_A1,), "POST": (PLANS_VISIT_A1,)}),
    "audits-fieldwork": ("held_audit", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-checklist": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-checklist-choose": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-checklist-propose": ("held_audit", {"GET": (CLOSED,), "POST": (WORKS_AUDIT,)}),
    "audits-papers": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (CLOSED,)}),
    "audits-paper-new": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-retention": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "audits-paper": ("working_paper", {"GET": (WORKS_AUDIT,), "POST": (CLOSED,)}),
    "audits-paper-supersede": ("working_paper", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-questions": ("held_audit", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-question-new": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-questions-published": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (CLOSED,)}),
    "audits-my-questions": ("", {"GET": (ANSWERS_AUDITORS,), "POST": (CLOSED,)}),
    "audits-questions-workbook": ("", {"GET": (ANSWERS_AUDITORS,), "POST": (CLOSED,)}),
    "audits-questions-upload": ("", {"GET": (ANSWERS_AUDITORS,), "POST": (ANSWERS_AUDITORS,)}),
    "audits-questions-confirm": ("", {"GET": (CLOSED,), "POST": (ANSWERS_BUT_NOT_THERE,)}),
    "audits-question": ("held_question", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-question-answer": ("held_question", {"GET": (CLOSED,), "POST": (ANSWERS_A1,)}),
    "audits-question-file": ("held_question", {"GET": (CLOSED,), "POST": (FIELDWORK_A1,)}),
    "audits-question-follow": ("answered_question", {"GET": (DECIDES_FIELDWORK_A1,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-question-due": ("held_question", {"GET": (DECIDES_FIELDWORK_A1,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-question-withdraw": ("held_question", {"GET": (DECIDES_FIELDWORK_A1,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-question-close": ("answered_question", {"GET": (CLOSED,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-answer-file": ("answer_file", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-answer-file-remove": ("answer_file", {"GET": (CLOSED,), "POST": (ANSWERS_A1,)}),
    "audits-answer-file-withheld": ("answer_file", {"GET": (FIELDWORK_A1,), "POST": (FIELDWORK_A1,)}),
    "audits-answer-part-withheld": ("answer_part", {"GET": (FIELDWORK_A1,), "POST": (FIELDWORK_A1,)}),
    "audits-requests": ("held_audit", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-request-new": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-request": ("evidence_request", {"GET": (FIELDWORK_A1,), "POST": (FIELDWORK_A1,)}),
    "audits-request-decline": ("evidence_request", {"GET": (FIELDWORK_A1,), "POST": (FIELDWORK_A1,)}),
    "audits-reconciliations": ("held_audit", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-reconciliation-new": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-reconciliation": ("reconciliation", {"GET": (FIELDWORK_A1,), "POST": (CLOSED,)}),
    "audits-reconciliation-ask": ("reconciliation", {"GET": (DECIDES_FIELDWORK_A1,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-reconciliation-explain": ("reconciliation", {"GET": (FIELDWORK_A1,), "POST": (FIELDWORK_A1,)}),
    "audits-reconciliation-decide": ("reconciliation", {"GET": (DECIDES_FIELDWORK_A1,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-reconciliation-reopen": ("reconciliation", {"GET": (DECIDES_FIELDWORK_A1,), "POST": (DECIDES_FIELDWORK_A1,)}),
    "audits-tables": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (CLOSED,)}),
    "audits-table-new": ("held_audit", {"GET": (WORKS_AUDIT,), "POST": (WORKS_AUDIT,)}),
    "audits-table": ("handed_in_table", {"GET": (WORKS_AUDIT,), "POST": (CLOSED,)}),
    "audits-table-settle": ("handed_in_table", {"GET": (CLOSED,), "POST": (WORKS_AUDIT,)}),
    "audits-table-reconcile": ("handed_in_table", {"GET": (CLOSED,), "POST": (WORKS_AUDIT,)}),
    "findings-list": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-check-many": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "findings-close-index": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "findings-close": ("year", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "findings-detail": ("finding", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "findings-plan": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-report": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-evidence": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-not-improved": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-cannot-fix": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-confirm": ("finding", {"GET": (CLOSED, CLOSED,), "POST": ({"ok": "secretariat auditor", "403": "ciso bureau manager deputy", "404": REST}, {"ok": "secretariat auditor", "403": "ciso other", "404": REST},)}),
    "findings-reopen": ("finding", {"GET": (CLOSED, CLOSED,), "POST": ({"ok": "secretariat auditor manager deputy", "403": "ciso bureau", "404": REST}, {"ok": "secretariat auditor other", "403": "ciso", "404": REST},)}),
    "findings-check": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-reports": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-report-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "findings-report-detail": ("audit_report", {"GET": ({"ok": "ciso bureau manager deputy secretariat auditor other", "404": REST},), "POST": (CLOSED,)}),
    "findings-report-edit": ("audit_report", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "findings-report-finding": ("audit_report", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "findings-report-template": ("audit_report", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (CLOSED,)}),
    "findings-report-import": ("audit_report", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "findings-report-import-confirm": ("audit_report", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "findings-report-date": ("audit_report", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "findings-report-tell": ("report_date", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "findings-report-date-drop": ("report_date", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "findings-promises": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-lacking": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-answers": ("", {"GET": (REPORTS_MEASURES,), "POST": (CLOSED,)}),
    "findings-measures-workbook": ("", {"GET": (REPORTS_MEASURES,), "POST": (REPORTS_MEASURES,)}),
    "findings-measures-workbook-file": ("", {"GET": (REPORTS_MEASURES,), "POST": (CLOSED,)}),
    "findings-measures-workbook-confirm": ("", {"GET": (CLOSED,), "POST": ({"404": "manager deputy other secretariat f_secretariat f_manager", "403": REST},)}),
    "findings-measure-propose": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (MEASURES_A1, MEASURES_B1,)}),
    "findings-measure-proof": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (MEASURES_A1, MEASURES_B1,)}),
    "findings-measure-budget": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (MEASURES_A1, MEASURES_B1,)}),
    "findings-measure-keep": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (MEASURES_A1, MEASURES_B1,)}),
    "findings-measure-add": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-measure-decide": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-measure-correct": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-measure-confirm": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-measure-follow": ("finding", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-environment": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-aspects": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-aspects-chart": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-ages": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-relapse": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-workbook": ("", {"GET": (IMPROVES,), "POST": (IMPROVES,)}),
    "findings-workbook-file": ("", {"GET": (IMPROVES,), "POST": (CLOSED,)}),
    "findings-workbook-confirm": ("", {"GET": (CLOSED,), "POST": ({"404": "manager deputy other f_manager", "403": REST},)}),
    "findings-traces": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-trace-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "findings-trace": ("trace", {"GET": ({"ok": "ciso bureau manager deputy secretariat auditor other", "404": REST},), "POST": (CLOSED,)}),
    "findings-trace-confirm": ("trace", {"GET": (CLOSED,), "POST": (RUNS_TRACES,)}),
    "findings-trace-extend": ("trace", {"GET": (CLOSED,), "POST": (RUNS_TRACES,)}),
    "findings-trace-close": ("trace", {"GET": (CLOSED,), "POST": (RUNS_TRACES,)}),
    "findings-trace-line": ("trace_line", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "findings-trace-answer": ("trace_line", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-trace-proof": ("trace_line", {"GET": (CLOSED, CLOSED,), "POST": (FILLS_A1, FILLS_B1,)}),
    "findings-contents": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-contents-rows": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-contents-chart": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "findings-extents": ("", {"GET": ({"403": "staff committee commissioner", "ok": REST},), "POST": (CLOSED,)}),
    "findings-extent-new": ("", {"GET": (SECRETARIATS_BUT_NOT_THERE,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "findings-extent": ("extent", {"GET": ({"ok": "ciso bureau manager deputy secretariat auditor other", "404": REST},), "POST": (CLOSED,)}),
    "findings-extent-choose": ("extent_draft", {"GET": (MAKES_EXTENTS,), "POST": (MAKES_EXTENTS,)}),
    "findings-extent-add": ("extent_draft", {"GET": (CLOSED,), "POST": (MAKES_EXTENTS,)}),
    "findings-extent-remove": ("extent_draft", {"GET": (CLOSED,), "POST": (PREPARES_EXTENT,)}),
    "findings-extent-edit": ("extent_draft", {"GET": (CLOSED,), "POST": (PREPARES_EXTENT,)}),
    "findings-extent-send": ("extent_draft", {"GET": (CLOSED,), "POST": (PREPARES_EXTENT,)}),
    "findings-extent-withdraw": ("extent_draft", {"GET": (CLOSED,), "POST": (PREPARES_EXTENT,)}),
    "findings-extent-confirm": ("extent", {"GET": (CLOSED,), "POST": (RUNS_TRACES,)}),
    "findings-extent-close": ("extent", {"GET": (CLOSED,), "POST": (RUNS_TRACES,)}),
    "findings-extent-target": ("extent_target", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "findings-extent-answer": ("extent_target", {"GET": (CLOSED, CLOSED,), "POST": ({"ok": "manager deputy secretariat", "403": "ciso bureau auditor", "404": REST}, {"ok": "other secretariat", "403": "ciso auditor", "404": REST},)}),
    "findings-extent-check": ("extent_target", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "findings-trace-check": ("trace_line", {"GET": (CLOSED, CLOSED,), "POST": (CHECKS_A1, CHECKS_B1,)}),
    "cases-index": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "cases-new": ("", {"GET": ({"ok": "secretariat auditor f_secretariat", "403": REST},), "POST": ({"ok": "secretariat auditor f_secretariat", "403": REST},)}),
    "cases-detail": ("case", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "cases-edit": ("case", {"GET": (CLOSED,), "POST": (MAKES_CASES,)}),
    "cases-ask": ("case", {"GET": (CLOSED,), "POST": (MAKES_CASES,)}),
    "cases-permission": ("case", {"GET": (CLOSED,), "POST": ({"ok": "secretariat manager deputy", "404": "f_secretariat f_manager", "403": REST},)}),
    "cases-publish": ("case", {"GET": (CLOSED,), "POST": (MAKES_CASES,)}),
    "cases-withdraw": ("case", {"GET": (CLOSED,), "POST": (MAKES_CASES,)}),
    "policy-documents": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "policy-clause": ("clause", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-versions": ("document", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-compare": ("document", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-draft-new": ("document", {"GET": ({"ok": "secretariat", "404": "f_secretariat f_manager", "403": REST},), "POST": ({"ok": "secretariat", "404": "f_secretariat f_manager", "403": REST},)}),
    "policy-version": ("version", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-version-excel": ("version", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-draft": ("draft", {"GET": (SECRETARIAT_ELSE_404,), "POST": (CLOSED,)}),
    "policy-draft-head": ("draft", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-draft-discard": ("draft", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-draft-publish": ("draft", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-chapter-new": ("draft", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-chapter": ("draft_chapter", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-clause-new": ("draft_chapter", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-clause-change": ("draft_clause", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-clause-remove": ("draft_clause", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-procedure-new": ("", {"GET": ({"ok": "system network secretariat f_secretariat", "403": REST},), "POST": ({"ok": "system network secretariat f_secretariat", "403": REST},)}),
    "policy-procedure-submit": ("procedure", {"GET": ({"ok": "system network secretariat", "403": "bureau", "404": REST},), "POST": ({"ok": "system network secretariat", "403": "bureau", "404": REST},)}),
    "policy-procedure-decide": ("procedure", {"GET": ({"ok": "bureau", "403": "system network secretariat", "404": REST},), "POST": ({"ok": "bureau", "403": "system network secretariat", "404": REST},)}),
    "policy-procedure-withdraw": ("procedure", {"GET": (CLOSED,), "POST": ({"ok": "system network secretariat", "403": "bureau", "404": REST},)}),
    "policy-bank": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "policy-item-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "policy-category-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "policy-item": ("item", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-item-revise": ("item", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "policy-item-change": ("item", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "policy-item-retire": ("item", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "policy-version-oscal": ("version", {"GET": (OWN_CITY,), "POST": (CLOSED,)}),
    "policy-draft-import": ("draft", {"GET": (SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404,)}),
    "policy-bank-import": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "policy-bank-apply": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "policy-bank-oscal": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "policy-bank-profile": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "policy-guidelines": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "policy-guideline-import": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "policy-requirement": ("requirement", {"GET": (OWN_CITY,), "POST": ({"ok": "secretariat", "404": "f_secretariat f_manager", "403": REST},)}),
    "policy-traceability": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "policy-reason": ("clause", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "organization-units": ("", {"GET": ({"403": "committee commissioner", "ok": REST},), "POST": ({"403": "committee commissioner", "ok": REST},)}),
    "organization-unit-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-unit": ("unit", {"GET": ({"404": "committee commissioner other f_secretariat f_manager", "ok": REST}, {"ok": "ciso network secretariat auditor other", "404": REST},), "POST": ({"404": "committee commissioner other f_secretariat f_manager", "ok": REST}, {"ok": "ciso network secretariat auditor other", "404": REST},)}),
    "organization-unit-rename": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-unit-move": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-unit-merge": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-unit-split": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-unit-abolish": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-unit-correct": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-unit-emergency": ("unit", {"GET": ({"ok": "manager secretariat", "404": "committee commissioner other f_secretariat f_manager", "403": REST}, {"ok": "secretariat other", "403": "ciso network auditor", "404": REST},), "POST": ({"ok": "manager secretariat", "404": "committee commissioner other f_secretariat f_manager", "403": REST}, {"ok": "secretariat other", "403": "ciso network auditor", "404": REST},)}),
    "organization-post-new": ("unit", {"GET": (CHANGES_A1, CHANGES_B1,), "POST": (CHANGES_A1, CHANGES_B1,)}),
    "organization-post-assign": ("post", {"GET": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,)}),
    "organization-post-grant": ("post", {"GET": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,)}),
    "organization-grant-end": ("grant", {"GET": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,)}),
    "organization-assignment-end": ("assignment", {"GET": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,), "POST": (SECRETARIAT_ELSE_404, SECRETARIAT_ELSE_404,)}),
    "organization-people": ("", {"GET": (SEES_SHEETS,), "POST": (SEES_SHEETS,)}),
    "organization-person-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-person": ("person", {"GET": (SEES_A1, SEES_B1,), "POST": (SEES_A1, SEES_B1,)}),
    "organization-person-change": ("person", {"GET": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,)}),
    "organization-person-leave": ("person", {"GET": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,)}),
    "organization-person-account": ("person", {"GET": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,)}),
    "organization-settings": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-role-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-role": ("role", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "organization-kind-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-kind": ("kind", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "organization-body-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-body": ("body", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "organization-closing-day": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-closing-day-remove": ("day", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "organization-import": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-import-confirm": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS,)}),
    "organization-export": ("", {"GET": (READS_JOURNAL,), "POST": (READS_JOURNAL,)}),
    "organization-unit-tenures": ("unit", {"GET": ({"ok": "ciso bureau manager deputy secretariat auditor", "403": "system network staff", "404": REST}, {"ok": "ciso secretariat auditor other", "403": "network", "404": REST},), "POST": (CLOSED,)}),
    "organization-reorganizations": ("", {"GET": ({"ok": "ciso network secretariat auditor f_secretariat", "403": REST},), "POST": (CLOSED,)}),
    "organization-reorganization-export": ("", {"GET": ({"ok": "ciso network secretariat auditor f_secretariat", "403": REST},), "POST": (CLOSED,)}),
    "organization-reorganization": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-reorganization-confirm": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "organization-reorganization-form": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "organization-reorganization-preview": ("day", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "organization-transfer": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-transfer-confirm": ("", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "organization-transfer-preview": ("day", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "organization-transfer-form": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "organization-transfer-export": ("", {"GET": (READS_JOURNAL,), "POST": (CLOSED,)}),
    "organization-passwords": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-password-reissue": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "organization-password-person": ("person", {"GET": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY, SECRETARIAT_OF_THE_CITY,)}),
    "boards-ciso": ("", {"GET": ({"ok": "ciso secretariat auditor f_secretariat", "403": REST},), "POST": (CLOSED,)}),
    "boards-years": ("", {"GET": ({"ok": "ciso secretariat auditor f_secretariat", "403": REST},), "POST": (CLOSED,)}),
    "boards-bureau": ("", {"GET": ({"ok": "ciso bureau secretariat auditor", "403": REST},), "POST": (CLOSED,)}),
    "boards-handovers": ("", {"GET": (SEES_SHEETS,), "POST": (CLOSED,)}),
    "boards-handover": ("post", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "boards-handover-file": ("post_form", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "meetings-index": ("", {"GET": (SEES_MEETINGS,), "POST": (CLOSED,)}),
    "meetings-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "meetings-meeting": ("meeting", {"GET": ({"404": "system network staff f_secretariat f_manager", "ok": REST},), "POST": (CLOSED,)}),
    "meetings-change": ("meeting", {"GET": (KEEPS_MEETING,), "POST": (KEEPS_MEETING,)}),
    "meetings-hold": ("meeting", {"GET": (KEEPS_MEETING,), "POST": (KEEPS_MEETING,)}),
    "meetings-cancel": ("meeting", {"GET": (KEEPS_MEETING,), "POST": (KEEPS_MEETING,)}),
    "meetings-duties": ("", {"GET": (SEES_DUTIES,), "POST": (CLOSED,)}),
    "meetings-duty-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "meetings-duty": ("duty", {"GET": (SEES_CITY_DUTY,), "POST": (CLOSED,)}),
    "meetings-duty-change": ("duty", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "meetings-duty-record": ("duty", {"GET": ({"ok": "ciso secretariat", "403": "bureau auditor", "404": REST},), "POST": ({"ok": "ciso secretariat", "403": "bureau auditor", "404": REST},)}),
    "meetings-duty-retract": ("duty_record", {"GET": ({"ok": "ciso secretariat", "404": REST},), "POST": ({"ok": "ciso secretariat", "404": REST},)}),
    "plans-index": ("", {"GET": ({"403": "staff", "ok": REST},), "POST": (CLOSED,)}),
    "plans-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "plans-plan": ("plan", {"GET": ({"ok": "secretariat", "403": "staff", "404": REST},), "POST": (CLOSED,)}),
    "plans-overview": ("plan", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "plans-adopt": ("plan", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "plans-activity-new": ("plan", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "plans-activity": ("plan_activity", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "plans-activity-remove": ("plan_activity", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "reports-index": ("", {"GET": ({"403": "system network staff", "ok": REST},), "POST": (CLOSED,)}),
    "reports-paper": ("paper", {"GET": ({"ok": "secretariat", "403": "system network staff", "404": REST},), "POST": (CLOSED,)}),
    "reports-open": ("paper", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "reports-download": ("paper_form", {"GET": ({"ok": "secretariat", "403": "system network staff", "404": REST},), "POST": (CLOSED,)}),
    "reports-figure": ("paper_figure", {"GET": ({"403": "system network staff", "404": REST},), "POST": (CLOSED,)}),
    "findings-publication": ("finding", {"GET": (CHECKS_A1, CHECKS_B1), "POST": (CHECKS_A1, CHECKS_B1)}),
    "reports-record": ("record_paper", {"GET": (SEES_A1,), "POST": (CLOSED,)}),
    "reports-record-file": ("record_paper_form", {"GET": (SEES_A1,), "POST": (CLOSED,)}),
    "reports-record-figure": ("record_paper_figure", {"GET": (NOBODY,), "POST": (CLOSED,)}),
    "reports-paragraph": ("paragraph", {"GET": (SECRETARIATS_BUT_NOT_THERE,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "reports-use-draft": ("paragraph", {"GET": (CLOSED,), "POST": (SECRETARIATS_BUT_NOT_THERE,)}),
    "reports-issue": ("edition", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "journal-list": ("", {"GET": (READS_JOURNAL,), "POST": (CLOSED,)}),
    "journal-accesses": ("", {"GET": (READS_JOURNAL,), "POST": (CLOSED,)}),
    "journal-verify": ("", {"GET": (CLOSED,), "POST": (READS_JOURNAL,)}),
    "journal-entry": ("entry", {"GET": (READS_JOURNAL,), "POST": (CLOSED,)}),
    "workbooks-programme": ("programme", {"GET": (TAKES_FORMS,), "POST": (CLOSED,)}),
    "workbooks-issue": ("programme", {"GET": (CLOSED,), "POST": (TAKES_FORMS,)}),
    "workbooks-import": ("programme", {"GET": (CLOSED,), "POST": ({"ok": "manager deputy other secretariat", "403": "ciso bureau system network auditor", "404": REST},)}),
    "workbooks-sheet": ("sheet", {"GET": (SEES_A1, SEES_B1,), "POST": ({"ok": "manager deputy secretariat", "403": "ciso bureau auditor", "404": REST}, {"ok": "other secretariat", "403": "ciso auditor", "404": REST},)}),
    "workbooks-form": ("sheet", {"GET": (SEES_A1, SEES_B1,), "POST": (CLOSED, CLOSED,)}),
    "workbooks-difference": ("answer_import", {"GET": ({"ok": "deputy secretariat", "404": REST},), "POST": (CLOSED,)}),
    "workbooks-read": ("answer_import", {"GET": (CLOSED,), "POST": ({"ok": "deputy secretariat", "404": REST},)}),
    "workbooks-apply": ("answer_import", {"GET": (CLOSED,), "POST": ({"ok": "deputy secretariat", "404": REST},)}),
    "workbooks-discard": ("answer_import", {"GET": (CLOSED,), "POST": ({"ok": "deputy secretariat", "404": REST},)}),
    "workbooks-own-forms": ("", {"GET": (SECRETARIATS,), "POST": (CLOSED,)}),
    "workbooks-own-form-new": ("", {"GET": (SECRETARIATS,), "POST": (SECRETARIATS,)}),
    "workbooks-own-form": ("own_form", {"GET": (SECRETARIAT_OF_THE_CITY,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "workbooks-own-form-retire": ("own_form", {"GET": (CLOSED,), "POST": (SECRETARIAT_OF_THE_CITY,)}),
    "job-list": ("", {"GET": (EVERYONE,), "POST": (CLOSED,)}),
    "job": ("job", {"GET": (SECRETARIAT_ELSE_404,), "POST": (CLOSED,)}),
    "job-progress": ("job", {"GET": (SECRETARIAT_ELSE_404,), "POST": (CLOSED,)}),
    "file-download": ("file", {"GET": (SEES_A1,), "POST": (CLOSED,)}),
    "components": ("", {"GET": (EVERYONE,), "POST": (EVERYONE,)}),
    "GET /api/me": ("", {"GET": (EVERYONE,)}),
    "GET /api/units": ("", {"GET": ({"403": "committee commissioner", "ok": REST},)}),
    "GET /api/people": ("", {"GET": (SEES_SHEETS,)}),
    "GET /api/programmes": ("", {"GET": ({"403": "staff committee commissioner", "ok": REST},)}),
    "GET /api/programmes/{programme_id}": ("programme", {"GET": ({"403": "staff committee commissioner", "404": "f_secretariat f_manager", "ok": REST},)}),
    "GET /api/sheets": ("", {"GET": (SEES_SHEETS,)}),
    "GET /api/sheets/{sheet_id}": ("sheet", {"GET": (SEES_A1, SEES_B1,)}),
    "PUT /api/sheets/{sheet_id}/answers/{question_id}": ("answer", {"PUT": (FILLS_A1, FILLS_B1,)}),
    "GET /api/findings": ("", {"GET": (SEES_SHEETS,)}),
    "GET /api/findings/{finding_id}": ("finding", {"GET": (SEES_A1, SEES_B1,)}),
    "GET /api/journal/head": ("", {"GET": (READS_JOURNAL,)}),
}
# fmt: on
