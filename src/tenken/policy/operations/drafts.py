"""Writing the next version of a document: a copy of the last, edited clause by clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import F, Max

from tenken.common.japanese_text import half_width_digits
from tenken.common.refusals import Invalid, Missing, Stale
from tenken.organization.access import Principal
from tenken.organization.models import Role
from tenken.policy import sealing
from tenken.policy.models import Chapter, Clause, PolicyDocument, PolicyVersion
from tenken.policy.operations.guards import check_mark, differences, note, open_draft, require_writer
from tenken.policy.queries.traceability import codes_in_force
from tenken.policy.queries.versions import compare_versions, draft_of, published_versions, version_before
from tenken.policy.rules.codes import stable_code
from tenken.policy.rules.inputs import Inputs


@dataclass(frozen=True)
class ClauseInput:
    """A clause as it is typed. Codes may be full-width; ``binds`` are role codes, ``refines`` clause codes."""

    number: str
    heading: str
    text: str
    binds: Sequence[str]
    nature: str
    refines: Sequence[str] = ()


@transaction.atomic
def start_draft(
    *, by: Principal, document: PolicyDocument, number: str, effective_from: date, reason: str, on: date
) -> PolicyVersion:
    """Begin the next version of *document* as a copy of the last published one, and return the draft.

    ``Stale`` when a draft is open already; ``Invalid`` for a number in use or a date not after the last version's.
    """
    require_writer(by, document)
    PolicyDocument.objects.select_for_update().get(pk=document.pk)
    if draft_of(document) is not None:
        raise Stale("この規程の案はすでに作られています。ページを開き直してください。")
    last = published_versions(document).last()
    if last is None:
        raise Invalid("写しのもとになる版がありません。")
    values = _head(document, None, number, effective_from, reason, on)
    draft = PolicyVersion.objects.create(document=document, **values)
    copy_content(last, draft)
    note(by, draft, "draft.start", {"copied_from": last.number, **values}, on)
    return draft


def _head(
    document: PolicyDocument,
    version: PolicyVersion | None,
    number: str,
    effective_from: date,
    reason: str,
    on: date,
) -> dict[str, object]:
    inputs = Inputs()
    plain = half_width_digits(inputs.text("number", "版", number, 20))
    why = inputs.text("reason", "改定の理由", reason, 2000)
    inputs.day("effective_from", "施行日", effective_from, not_before=on)
    others = document.versions.exclude(pk=version.pk) if version else document.versions.all()
    if others.filter(number=plain).exists():
        inputs.add("number", "版", f"「{plain}」版はすでにあります。")
    last = published_versions(document).last()
    if last and effective_from <= last.effective_from:
        inputs.add(
            "effective_from",
            "施行日",
            f"いまの最新の版の施行日（{last.effective_from.isoformat()}）より後の日付を入力してください。",
        )
    inputs.refuse()
    return {"number": plain, "effective_from": effective_from, "reason": why}


def copy_content(source: PolicyVersion, target: PolicyVersion) -> None:
    """Copy chapters and clauses of *source* into the empty *target*. Four queries."""
    old = list(Chapter.objects.filter(version=source).order_by("order"))
    new = Chapter.objects.bulk_create(
        Chapter(version=target, order=chapter.order, number=chapter.number, title=chapter.title)
        for chapter in old
    )
    copies = {was.pk: now for was, now in zip(old, new, strict=True)}
    clauses = list(Clause.objects.filter(version=source).order_by("chapter__order", "order"))
    for clause in clauses:
        clause.pk, clause.chapter, clause.version = None, copies[clause.chapter_id], target
    Clause.objects.bulk_create(clauses)


@transaction.atomic
def change_draft(
    *,
    by: Principal,
    version: PolicyVersion,
    seen: str,
    number: str,
    effective_from: date,
    reason: str,
    on: date,
) -> PolicyVersion:
    """Change number, date and reason of a draft. *seen*: ``sealing.head_mark`` of what was shown."""
    draft = open_draft(by, version)
    check_mark(seen, sealing.head_mark(draft))
    before = {"number": draft.number, "effective_from": draft.effective_from, "reason": draft.reason}
    values = _head(draft.document, draft, number, effective_from, reason, on)
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(values))
    note(by, draft, "draft.change", differences(before, values), on)
    return draft


@transaction.atomic
def discard_draft(*, by: Principal, version: PolicyVersion, on: date) -> None:
    """Throw a draft away. What it would have changed stays in the journal."""
    draft = open_draft(by, version)
    before = version_before(draft)
    if before is None:
        raise Invalid("最初の版の案は破棄できません。内容を直してください。")
    change = compare_versions(before, draft)
    note(
        by,
        draft,
        "draft.discard",
        {
            "added": [asdict(clause) for clause in change.added],
            "removed": [clause.code for clause in change.removed],
            "changed": [asdict(one.after) for one in change.changed],
        },
        on,
    )
    Clause.objects.filter(version=draft).delete()
    Chapter.objects.filter(version=draft).delete()
    draft.delete()


# --- chapters -----------------------------------------------------------------------------------------


def _chapter_values(number: str, title: str) -> dict[str, str]:
    inputs = Inputs()
    values = {
        "number": half_width_digits(inputs.text("number", "番号", number, 20)),
        "title": inputs.text("title", "題名", title, 120),
    }
    inputs.refuse()
    return values


@transaction.atomic
def add_chapter(*, by: Principal, version: PolicyVersion, number: str, title: str, on: date) -> Chapter:
    """Add a chapter at the end of a draft."""
    draft = open_draft(by, version)
    last = draft.chapters.aggregate(last=Max("order"))["last"] or 0
    chapter = Chapter.objects.create(version=draft, order=last + 1, **_chapter_values(number, title))
    note(by, draft, "chapter.add", {"number": chapter.number, "title": chapter.title}, on)
    return chapter


@transaction.atomic
def change_chapter(
    *, by: Principal, chapter: Chapter, seen: str, number: str, title: str, on: date
) -> Chapter:
    """Change number and title of a draft's chapter. *seen*: ``sealing.chapter_mark`` of what was shown."""
    draft = open_draft(by, chapter.version)
    present = _present_chapter(draft, chapter)
    check_mark(seen, sealing.chapter_mark(present))
    values = _chapter_values(number, title)
    changes = differences({"number": present.number, "title": present.title}, values)
    present.number, present.title = values["number"], values["title"]
    present.save(update_fields=["number", "title"])
    note(by, draft, "chapter.change", {"chapter": present.order, **changes}, on)
    return present


@transaction.atomic
def remove_chapter(*, by: Principal, chapter: Chapter, on: date) -> None:
    """Remove a chapter of a draft that holds no clause any more."""
    draft = open_draft(by, chapter.version)
    present = _present_chapter(draft, chapter)
    if present.clauses.exists():
        raise Invalid("条が残っている章は削除できません。先に条を削除してください。")
    note(by, draft, "chapter.remove", {"number": present.number, "title": present.title}, on)
    present.delete()


def _present_chapter(draft: PolicyVersion, chapter: Chapter) -> Chapter:
    present = draft.chapters.filter(pk=chapter.pk).first()
    if present is None:
        raise Stale("この章は、ほかの人が削除しました。ページを開き直してください。")
    present.version = draft
    return present


# --- clauses ------------------------------------------------------------------------------------------


def _clause_values(draft: PolicyVersion, typed: ClauseInput, inputs: Inputs) -> ClauseInput:
    kept = ClauseInput(
        number=half_width_digits(inputs.text("number", "番号", typed.number, 30)),
        heading=inputs.text("heading", "見出し", typed.heading, 120),
        text=inputs.text("text", "本文", typed.text, 2000),
        binds=list(dict.fromkeys(typed.binds)),
        nature=typed.nature,
        refines=inputs.codes("refines", "具体化する条", typed.refines, stable_code),
    )
    city = draft.document.city_id
    if not kept.binds:
        inputs.add("binds", "対象者", "1つ以上選んでください。")
    roles = set(Role.objects.filter(city=city).values_list("code", flat=True))
    inputs.known("binds", "対象者", kept.binds, roles, "次の役割")
    inputs.known("nature", "性質", [kept.nature], Clause.Nature.values, "次の性質")
    if kept.refines:
        known = codes_in_force(city, draft.effective_from)
        inputs.known("refines", "具体化する条", kept.refines, known, "次のコードの条")
    inputs.refuse()
    return kept


@transaction.atomic
def add_clause(
    *,
    by: Principal,
    chapter: Chapter,
    code: str,
    typed: ClauseInput,
    on: date,
    after: Clause | None = None,
) -> Clause:
    """Add a clause to a draft's chapter, behind *after* or at its end. ``Invalid`` when *code* is in use there."""
    draft = open_draft(by, chapter.version)
    present = _present_chapter(draft, chapter)
    inputs = Inputs()
    plain = inputs.code("code", "コード", code, stable_code)
    if plain and draft.clauses.filter(code=plain).exists():
        inputs.add("code", "コード", f"「{plain}」はこの版ですでに使われています。")
    values = _clause_values(draft, typed, inputs)
    order = (present.clauses.aggregate(last=Max("order"))["last"] or 0) + 1
    if after is not None and after.chapter_id == present.pk:
        order = after.order + 1
        present.clauses.filter(order__gte=order).update(order=F("order") + 1)
    clause = Clause.objects.create(
        version=draft, chapter=present, order=order, code=plain, source={}, **asdict(values)
    )
    note(by, draft, "clause.add", {"code": plain, **asdict(values)}, on)
    return clause


@transaction.atomic
def change_clause(*, by: Principal, clause: Clause, seen: str, typed: ClauseInput, on: date) -> Clause:
    """Change a clause of a draft; its code stays. *seen*: ``sealing.clause_mark`` of what was shown."""
    draft = open_draft(by, clause.version)
    present = _present_clause(draft, clause)
    check_mark(seen, sealing.clause_mark(present))
    values = asdict(_clause_values(draft, replace(typed), Inputs()))
    changes = differences({name: getattr(present, name) for name in values}, values)
    for name, value in values.items():
        setattr(present, name, value)
    present.save(update_fields=list(values))
    note(by, draft, "clause.change", {"code": present.code, **changes}, on)
    return present


@transaction.atomic
def remove_clause(*, by: Principal, clause: Clause, seen: str, on: date) -> None:
    """Remove a clause from a draft. *seen*: ``sealing.clause_mark`` of what was shown."""
    draft = open_draft(by, clause.version)
    present = _present_clause(draft, clause)
    check_mark(seen, sealing.clause_mark(present))
    note(by, draft, "clause.remove", sealing.clause_content(present), on)
    present.delete()


def _present_clause(draft: PolicyVersion, clause: Clause) -> Clause:
    present = draft.clauses.filter(pk=clause.pk).first()
    if present is None:
        raise Missing("この条は、ほかの人が削除しました。")
    present.version = draft
    return present
