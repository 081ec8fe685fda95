"""Addresses below ``audits/``: fieldwork."""

from __future__ import annotations

from django.urls import URLPattern, path

from tenken.web.audits import (
    fieldwork,
    fieldwork_answers,
    fieldwork_checklist,
    fieldwork_papers,
    fieldwork_questions,
    fieldwork_reconciliations,
    fieldwork_requests,
    fieldwork_tables,
    fieldwork_workbook,
)

_AUDIT = "<int:engagement_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{_AUDIT}fieldwork/", fieldwork.overview, name="audits-fieldwork"),
    path(f"{_AUDIT}checklist/", fieldwork_checklist.checklist, name="audits-checklist"),
    path(f"{_AUDIT}checklist/choose/", fieldwork_checklist.choose, name="audits-checklist-choose"),
    path(f"{_AUDIT}checklist/propose/", fieldwork_checklist.propose, name="audits-checklist-propose"),
    path(f"{_AUDIT}papers/", fieldwork_papers.papers, name="audits-papers"),
    path(f"{_AUDIT}papers/new/", fieldwork_papers.new_paper, name="audits-paper-new"),
    path("papers/retention/", fieldwork.retention, name="audits-retention"),
    path("papers/<int:paper_id>/", fieldwork_papers.paper, name="audits-paper"),
    path("papers/<int:paper_id>/supersede/", fieldwork_papers.supersede, name="audits-paper-supersede"),
    path(f"{_AUDIT}questions/", fieldwork_questions.questions, name="audits-questions"),
    path(f"{_AUDIT}questions/new/", fieldwork_questions.ask, name="audits-question-new"),
    path(f"{_AUDIT}questions/published/", fieldwork_questions.published, name="audits-questions-published"),
    path("questions/", fieldwork_questions.mine, name="audits-my-questions"),
    path("questions/workbook/", fieldwork_workbook.download, name="audits-questions-workbook"),
    path("questions/workbook/read/", fieldwork_workbook.upload, name="audits-questions-upload"),
    path("questions/workbook/confirm/", fieldwork_workbook.confirm, name="audits-questions-confirm"),
    path("questions/<int:question_id>/", fieldwork_questions.question, name="audits-question"),
    path("questions/<int:question_id>/answer/", fieldwork_answers.answer, name="audits-question-answer"),
    path("questions/<int:question_id>/file/", fieldwork_answers.add_file, name="audits-question-file"),
    path("questions/<int:question_id>/follow-up/", fieldwork_questions.follow, name="audits-question-follow"),
    path("questions/<int:question_id>/due/", fieldwork_questions.due, name="audits-question-due"),
    path(
        "questions/<int:question_id>/withdraw/", fieldwork_questions.withdraw, name="audits-question-withdraw"
    ),
    path("questions/<int:question_id>/close/", fieldwork_questions.close, name="audits-question-close"),
    path("answer-files/<int:file_id>/", fieldwork_answers.file, name="audits-answer-file"),
    path(
        "answer-files/<int:file_id>/remove/", fieldwork_answers.remove_file, name="audits-answer-file-remove"
    ),
    path(
        "answer-files/<int:file_id>/withheld/",
        fieldwork_answers.file_withheld,
        name="audits-answer-file-withheld",
    ),
    path(
        "answer-parts/<int:part_id>/withheld/",
        fieldwork_answers.part_withheld,
        name="audits-answer-part-withheld",
    ),
    path(f"{_AUDIT}requests/", fieldwork_requests.evidence_requests, name="audits-requests"),
    path(f"{_AUDIT}requests/new/", fieldwork_requests.new_request, name="audits-request-new"),
    path("requests/<int:request_id>/", fieldwork_requests.evidence_request, name="audits-request"),
    path("requests/<int:request_id>/decline/", fieldwork_requests.decline, name="audits-request-decline"),
    path(
        f"{_AUDIT}reconciliations/", fieldwork_reconciliations.reconciliations, name="audits-reconciliations"
    ),
    path(
        f"{_AUDIT}reconciliations/new/",
        fieldwork_reconciliations.new_reconciliation,
        name="audits-reconciliation-new",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/",
        fieldwork_reconciliations.reconciliation,
        name="audits-reconciliation",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/ask/",
        fieldwork_reconciliations.ask,
        name="audits-reconciliation-ask",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/explain/",
        fieldwork_reconciliations.explaining,
        name="audits-reconciliation-explain",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/decide/",
        fieldwork_reconciliations.decide,
        name="audits-reconciliation-decide",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/reopen/",
        fieldwork_reconciliations.reopen,
        name="audits-reconciliation-reopen",
    ),
    path(f"{_AUDIT}tables/", fieldwork_tables.handed_in, name="audits-tables"),
    path(f"{_AUDIT}tables/new/", fieldwork_tables.new_table, name="audits-table-new"),
    path("tables/<int:table_id>/", fieldwork_tables.table, name="audits-table"),
    path("tables/<int:table_id>/settle/", fieldwork_tables.settle, name="audits-table-settle"),
    path("tables/<int:table_id>/reconcile/", fieldwork_tables.reconcile, name="audits-table-reconcile"),
]
