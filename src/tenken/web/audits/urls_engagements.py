"""Addresses below ``audits/``: engagements."""

from __future__ import annotations

from django.urls import URLPattern, path

from tenken.web.audits import engagement, engagement_items, engagement_steps, engagements

_ONE = "<int:engagement_id>/"

urlpatterns: list[URLPattern] = [
    path("", engagements.index, name="audits-index"),
    path("new/", engagement_steps.plan, name="audits-plan"),
    path("order/", engagement_steps.order, name="audits-order"),
    path("held/", engagements.held, name="audits-held"),
    path("work/", engagements.work, name="audits-work"),
    path(_ONE, engagement.detail, name="audits-engagement"),
    path(f"{_ONE}notice/", engagement.notice, name="audits-notice"),
    path(f"{_ONE}report/", engagement.report, name="audits-report"),
    path(f"{_ONE}change/", engagement_steps.change, name="audits-change"),
    path(f"{_ONE}viewpoints/", engagement_steps.viewpoints, name="audits-viewpoints"),
    path(f"{_ONE}appoint/", engagement_steps.appointing, name="audits-appoint"),
    path(
        "appointments/<int:appointment_id>/end/",
        engagement_steps.appointment_end,
        name="audits-appointment-end",
    ),
    path(f"{_ONE}notify/", engagement_steps.notify, name="audits-notify"),
    path(f"{_ONE}cancel/", engagement_steps.cancel, name="audits-cancel"),
    path(f"{_ONE}visit/", engagement_steps.visit, name="audits-visit"),
    path(f"{_ONE}begin/", engagement_steps.begin, name="audits-begin"),
    path(f"{_ONE}send/", engagement_steps.send, name="audits-send"),
    path(f"{_ONE}issue/", engagement_steps.issue, name="audits-issue"),
    path(f"{_ONE}close/", engagement_steps.close, name="audits-close"),
    path(f"{_ONE}head/", engagement_items.head, name="audits-head"),
    path(f"{_ONE}items/new/", engagement_items.item_new, name="audits-item-new"),
    path(f"{_ONE}items/take-over/", engagement_items.take_over, name="audits-take-over"),
    path("items/<int:item_id>/", engagement_items.item, name="audits-item"),
    path("items/<int:item_id>/drop/", engagement_items.item_drop, name="audits-item-drop"),
    path("items/<int:item_id>/move/", engagement_items.item_move, name="audits-item-move"),
    path(f"{_ONE}answer/", engagement_items.answer, name="audits-answer"),
    path("answers/<int:answer_id>/reply/", engagement_items.reply, name="audits-reply"),
]
