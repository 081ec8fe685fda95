"""Addresses of the papers, below ``papers/``."""

from django.urls import path

from tenken.web import converters  # noqa: F401 - registers fiscal_year and code
from tenken.web.reports import editing, papers, records

urlpatterns = [
    path("", papers.index, name="reports-index"),
    path("<slug:code>/<fiscal_year:fiscal_year>/", papers.paper, name="reports-paper"),
    path("<slug:code>/<fiscal_year:fiscal_year>/open/", editing.open_draft, name="reports-open"),
    path(
        "<slug:code>/<fiscal_year:fiscal_year>/download/<slug:form>/",
        papers.download,
        name="reports-download",
    ),
    path(
        "<slug:code>/<fiscal_year:fiscal_year>/figures/<slug:key>.svg", papers.figure, name="reports-figure"
    ),
    path("editions/<int:edition_id>/paragraphs/<code:key>/", editing.paragraph, name="reports-paragraph"),
    path("editions/<int:edition_id>/paragraphs/<code:key>/draft/", editing.follow, name="reports-use-draft"),
    path("editions/<int:edition_id>/issue/", editing.issue, name="reports-issue"),
    path("of/<slug:code>/<int:key>/", records.page, name="reports-record"),
    path("of/<slug:code>/<int:key>/<slug:form>/", records.download, name="reports-record-file"),
    path("of/<slug:code>/<int:key>/figures/<slug:name>.svg", records.figure, name="reports-record-figure"),
]
