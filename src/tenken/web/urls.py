"""The pages, room by room."""

from django.urls import include, path

from tenken.web.home import views as home

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("health/", home.health, name="health"),
    path("accounts/", include("tenken.web.accounts.urls")),
    path("inspection/", include("tenken.web.inspection.urls")),
    path("inspection/", include("tenken.web.inspection.running_urls")),
    path("inspection/excel/", include("tenken.web.workbooks.urls")),
    path("visits/", include("tenken.web.audit.urls")),
    path("audits/", include("tenken.web.audits.urls")),
    path("terminals/", include("tenken.web.telemetry.urls")),
    path("findings/", include("tenken.web.findings.urls")),
    path("cases/", include("tenken.web.findings.case_urls")),
    path("assets/", include("tenken.web.assets.urls")),
    path("policy/", include("tenken.web.policy.urls")),
    path("organization/", include("tenken.web.organization.urls")),
    path("boards/", include("tenken.web.boards.urls")),
    path("meetings/", include("tenken.web.meetings.urls")),
    path("plans/", include("tenken.web.plans.urls")),
    path("papers/", include("tenken.web.reports.urls")),
    path("journal/", include("tenken.web.journal.urls")),
    path("jobs/", include("tenken.web.jobs.urls")),
    path("files/", include("tenken.web.files.urls")),
    path("components/", include("tenken.web.components.urls")),
]
