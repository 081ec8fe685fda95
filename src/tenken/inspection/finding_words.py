"""What a finding is called: the section's own words. Pure."""

from __future__ import annotations

_TITLE_LIMIT = 120


def finding_words(question: str, words: str) -> tuple[str, str]:
    """Return title and detail of the finding that an answer 課題あり opens.

    The title is the first line of what the section wrote (*words*), cut at 120 characters: the question states what
    should be so, and would read as if all were well. The detail begins with the question, the rest of *words* follows.
    """
    asked = f"点検項目：{question}"
    lines = words.strip().splitlines()
    if not lines:
        return f"「{question}」ができていない"[:500], asked
    first = lines[0].strip()
    if len(first) > _TITLE_LIMIT:
        return f"{first[: _TITLE_LIMIT - 1]}…", f"{asked}\n{words.strip()}"
    rest = "\n".join(lines[1:]).strip()
    return first, f"{asked}\n{rest}".strip()
