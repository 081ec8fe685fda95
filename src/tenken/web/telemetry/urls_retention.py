from django.urls import path

from tenken.web.telemetry import retention

urlpatterns = [
    path("", retention.index, name="telemetry-retention"),
    path("classes/<int:class_id>/", retention.change_class, name="telemetry-retention-class"),
    path("archives/", retention.archives, name="telemetry-archives"),
    path("archives/<int:archive_id>/", retention.archive, name="telemetry-archive"),
    path("archives/<int:archive_id>/verify/", retention.verify, name="telemetry-archive-verify"),
    path("archives/<int:archive_id>/restore/", retention.restore, name="telemetry-archive-restore"),
    path("archives/<int:archive_id>/forget/", retention.forget, name="telemetry-archive-forget"),
    path("archives/<int:archive_id>/discard/", retention.discard, name="telemetry-archive-discard"),
    path("holds/", retention.holds, name="telemetry-holds"),
    path("holds/new/", retention.new_hold, name="telemetry-hold-new"),
    path("holds/<int:hold_id>/release/", retention.release_hold, name="telemetry-hold-release"),
    path("deletions/", retention.deletions, name="telemetry-deletions"),
]
