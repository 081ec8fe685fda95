"""Addresses below policy/."""

from django.urls import path

from tenken.web import converters  # noqa: F401 - registers fiscal_year and code
from tenken.web.policy import bank, documents, drafts, exchange, guidelines, procedures, traceability

urlpatterns = [
    path("", documents.documents, name="policy-documents"),
    path("clauses/<code:code>/", documents.clause, name="policy-clause"),
    path("documents/<int:pk>/versions/", documents.versions, name="policy-versions"),
    path("documents/<int:pk>/compare/", documents.compare, name="policy-compare"),
    path("documents/<int:pk>/draft/", drafts.start, name="policy-draft-new"),
    path("versions/<int:pk>/", documents.version, name="policy-version"),
    path("versions/<int:pk>/excel/", documents.version_file, name="policy-version-excel"),
    path("versions/<int:pk>/oscal/", exchange.version_oscal, name="policy-version-oscal"),
    path("drafts/<int:pk>/", drafts.draft, name="policy-draft"),
    path("drafts/<int:pk>/head/", drafts.head, name="policy-draft-head"),
    path("drafts/<int:pk>/import/", exchange.draft_import, name="policy-draft-import"),
    path("drafts/<int:pk>/discard/", drafts.discard, name="policy-draft-discard"),
    path("drafts/<int:pk>/publish/", drafts.publish, name="policy-draft-publish"),
    path("drafts/<int:pk>/chapters/new/", drafts.chapter_add, name="policy-chapter-new"),
    path("drafts/<int:pk>/chapters/<int:chapter_pk>/", drafts.chapter_change, name="policy-chapter"),
    path(
        "drafts/<int:pk>/chapters/<int:chapter_pk>/clauses/new/", drafts.clause_add, name="policy-clause-new"
    ),
    path("drafts/<int:pk>/clauses/<int:clause_pk>/", drafts.clause_change, name="policy-clause-change"),
    path(
        "drafts/<int:pk>/clauses/<int:clause_pk>/remove/", drafts.clause_remove, name="policy-clause-remove"
    ),
    path("procedures/new/", procedures.new, name="policy-procedure-new"),
    path("procedures/<int:pk>/submit/", procedures.submit, name="policy-procedure-submit"),
    path("procedures/<int:pk>/decide/", procedures.decide, name="policy-procedure-decide"),
    path("procedures/<int:pk>/withdraw/", procedures.withdraw, name="policy-procedure-withdraw"),
    path("bank/", bank.bank, name="policy-bank"),
    path("bank/new/", bank.add, name="policy-item-new"),
    path("bank/import/", exchange.bank_import, name="policy-bank-import"),
    path("bank/import/apply/", exchange.bank_apply, name="policy-bank-apply"),
    path("bank/oscal/", exchange.bank_oscal, name="policy-bank-oscal"),
    path("bank/oscal/profile/", exchange.bank_profile, name="policy-bank-profile"),
    path("bank/categories/new/", bank.category_add, name="policy-category-new"),
    path("bank/items/<code:code>/", bank.item, name="policy-item"),
    path("bank/items/<code:code>/revise/", bank.revise, name="policy-item-revise"),
    path("bank/items/<code:code>/change/", bank.change, name="policy-item-change"),
    path("bank/items/<code:code>/retire/", bank.retire, name="policy-item-retire"),
    path("guidelines/", guidelines.gap_page, name="policy-guidelines"),
    path("guidelines/import/", guidelines.take_in, name="policy-guideline-import"),
    path("guidelines/requirements/<code:code>/", guidelines.requirement, name="policy-requirement"),
    path("traceability/", traceability.table, name="policy-traceability"),
    path("traceability/<code:code>/reason/", traceability.reason, name="policy-reason"),
]
