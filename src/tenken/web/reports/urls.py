"""Addresses of the papers, below ``papers/``."""

from django.urls import path

from tenken.web.reports import editing, papers

urlpatterns = [
    path("", papers.index, name="reports-index"),
    path("<slug:code>/<int:fiscal_year>/", papers.paper, name="reports-paper"),
    path("<slug:code>/<int:fiscal_year>/open/", editing.open_draft, name="reports-open"),
    path("<slug:code>/<int:fiscal_year>/download/<slug:form>/", papers.download, name="reports-download"),
    path("<slug:code>/<int:fiscal_year>/figures/<slug:key>.svg", papers.figure, name="reports-figure"),
    path("editions/<int:edition_id>/paragraphs/<str:key>/", editing.paragraph, name="reports-paragraph"),
    path("editions/<int:edition_id>/paragraphs/<str:key>/draft/", editing.follow, name="reports-use-draft"),
    path("editions/<int:edition_id>/issue/", editing.issue, name="reports-issue"),
]
