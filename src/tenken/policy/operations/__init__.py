"""Every write of the room."""

from tenken.policy.operations.adoption import Adopted, adopt_default_policy
from tenken.policy.operations.bank import (
    Wording,
    add_category,
    add_item,
    change_item,
    explain_unasked,
    retire_item,
    revise_item,
)
from tenken.policy.operations.drafts import (
    ClauseInput,
    add_chapter,
    add_clause,
    change_chapter,
    change_clause,
    change_draft,
    discard_draft,
    remove_chapter,
    remove_clause,
    start_draft,
)
from tenken.policy.operations.exchange import (
    BankDifference,
    ItemChange,
    apply_bank,
    bank_difference,
    replace_draft_content,
)
from tenken.policy.operations.guidelines import import_guideline, map_requirement
from tenken.policy.operations.procedures import (
    create_procedure,
    decide_procedure,
    submit_procedure,
    withdraw_procedure,
)
from tenken.policy.operations.publishing import publish_version

__all__ = [
    "Adopted",
    "BankDifference",
    "ClauseInput",
    "ItemChange",
    "Wording",
    "add_category",
    "add_chapter",
    "add_clause",
    "add_item",
    "adopt_default_policy",
    "apply_bank",
    "bank_difference",
    "change_chapter",
    "change_clause",
    "change_draft",
    "change_item",
    "create_procedure",
    "decide_procedure",
    "discard_draft",
    "explain_unasked",
    "import_guideline",
    "map_requirement",
    "publish_version",
    "remove_chapter",
    "remove_clause",
    "replace_draft_content",
    "retire_item",
    "revise_item",
    "start_draft",
    "submit_procedure",
    "withdraw_procedure",
]
