"""Addresses of the organisation's pages, under ``organization/``."""

from django.urls import path

from tenken.web import converters  # noqa: F401 - registers fiscal_year and code
from tenken.web.organization import imports, people, posts, settings, unit_changes, units

urlpatterns = [
    path("", units.unit_list, name="organization-units"),
    path("units/new/", unit_changes.new, name="organization-unit-new"),
    path("units/<int:unit_id>/", units.unit, name="organization-unit"),
    path("units/<int:unit_id>/rename/", unit_changes.rename, name="organization-unit-rename"),
    path("units/<int:unit_id>/move/", unit_changes.move, name="organization-unit-move"),
    path("units/<int:unit_id>/merge/", unit_changes.merge, name="organization-unit-merge"),
    path("units/<int:unit_id>/split/", unit_changes.split, name="organization-unit-split"),
    path("units/<int:unit_id>/abolish/", unit_changes.abolish, name="organization-unit-abolish"),
    path("units/<int:unit_id>/correct/", unit_changes.correct, name="organization-unit-correct"),
    path("units/<int:unit_id>/emergency/", unit_changes.emergency, name="organization-unit-emergency"),
    path("units/<int:unit_id>/posts/new/", posts.new, name="organization-post-new"),
    path("posts/<int:post_id>/assign/", posts.assign, name="organization-post-assign"),
    path("posts/<int:post_id>/grant/", posts.grant, name="organization-post-grant"),
    path("grants/<int:grant_id>/end/", posts.revoke, name="organization-grant-end"),
    path("assignments/<int:assignment_id>/end/", posts.end, name="organization-assignment-end"),
    path("people/", people.people_list, name="organization-people"),
    path("people/new/", people.new, name="organization-person-new"),
    path("people/<int:person_id>/", people.person, name="organization-person"),
    path("people/<int:person_id>/change/", people.change, name="organization-person-change"),
    path("people/<int:person_id>/leave/", people.leave, name="organization-person-leave"),
    path("people/<int:person_id>/account/", people.account, name="organization-person-account"),
    path("settings/", settings.overview, name="organization-settings"),
    path("settings/roles/new/", settings.role, name="organization-role-new"),
    path("settings/roles/<int:role_id>/", settings.role, name="organization-role"),
    path("settings/kinds/new/", settings.kind, name="organization-kind-new"),
    path("settings/kinds/<int:kind_id>/", settings.kind, name="organization-kind"),
    path("settings/bodies/new/", settings.body, name="organization-body-new"),
    path("settings/bodies/<int:body_id>/", settings.body, name="organization-body"),
    path("settings/closing-days/", settings.closing_day, name="organization-closing-day"),
    path(
        "settings/closing-days/<code:day>/remove/",
        settings.remove_closing_day,
        name="organization-closing-day-remove",
    ),
    path("import/", imports.upload, name="organization-import"),
    path("import/confirm/", imports.confirm, name="organization-import-confirm"),
    path("export/", imports.export, name="organization-export"),
]
