from django.urls import path

from tenken.web.telemetry import (
    approved_changes,
    approved_devices,
    device_compliance,
    device_handouts,
    devices,
    remote,
)

urlpatterns = [
    path("", devices.index, name="telemetry-devices"),
    path("policies/<int:number>/", devices.version, name="telemetry-policy"),
    path("draft/", devices.draft, name="telemetry-policy-draft"),
    path("draft/edit/", devices.edit, name="telemetry-policy-edit"),
    path("draft/publish/", devices.publish, name="telemetry-policy-publish"),
    path("draft/drop/", devices.drop, name="telemetry-policy-drop"),
    path("approved/", approved_devices.listing, name="telemetry-approved"),
    path("approved/new/", approved_changes.new, name="telemetry-approved-new"),
    path("approved/import/", approved_devices.upload, name="telemetry-approved-import"),
    path("approved/import/confirm/", approved_devices.confirm, name="telemetry-approved-import-confirm"),
    path("approved/<int:device_id>/", approved_devices.detail, name="telemetry-approved-device"),
    path("approved/<int:device_id>/again/", approved_changes.again, name="telemetry-approved-again"),
    path("approved/<int:device_id>/change/", approved_changes.change, name="telemetry-approved-change"),
    path("approved/<int:device_id>/decide/", approved_changes.decision, name="telemetry-approved-decide"),
    path("approved/<int:device_id>/drop/", approved_changes.drop, name="telemetry-approved-drop"),
    path("approved/<int:device_id>/return/", approved_changes.give_back, name="telemetry-approved-return"),
    path("approved/<int:device_id>/withdraw/", approved_changes.withdraw, name="telemetry-approved-withdraw"),
    path("compliance/", device_compliance.page, name="telemetry-compliance"),
    path("compliance/chart.svg", device_compliance.chart_svg, name="telemetry-compliance-chart"),
    path("attached/", device_compliance.attached_page, name="telemetry-attached"),
    path("handouts/", device_handouts.page, name="telemetry-handouts"),
    path("handouts/<int:handout_id>/file/", device_handouts.download, name="telemetry-handout-file"),
    path("remote/", remote.page, name="telemetry-remote"),
    path("remote/new/", remote.new, name="telemetry-remote-new"),
    path("remote/<int:session_id>/strike/", remote.strike, name="telemetry-remote-strike"),
]
