"""What people type about mappings of CSV files. What is right is decided by ``telemetry.wire.csv_mappings``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms

from tenken.common.refusals import Invalid, Problem
from tenken.telemetry.mappings.operations import MAX_FILE_BYTES
from tenken.telemetry.models import CsvLayout, Source
from tenken.telemetry.wire.csv_mappings import (
    TARGET_LABELS,
    VALUE_LABELS,
    WORDS,
    ColumnRule,
    CsvMapping,
)

_ENCODINGS: Final = [
    ("", "自動で判別"),
    ("cp932", "シフトJIS（CP932）"),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
]
_DELIMITERS: Final = [("", "自動で判別"), (",", "コンマ"), ("\t", "タブ"), (";", "セミコロン"), ("|", "縦線")]
_TARGETS: Final = [
    ("", "取り込まない"),
    *((name, label) for name, label in TARGET_LABELS.items() if name not in ("rest", "ts")),
]
_CHOICES: Final = [("ts", TARGET_LABELS["ts"]), ("rest", TARGET_LABELS["rest"]), *_TARGETS]
_CONTROLS: Final = {
    "column": "control control--select control--medium",
    "values": "control control--textarea control--medium",
    "format": "control control--text control--short",
}
_EQUALS: Final = ("＝", "=", "→", "\t")


class SampleForm(forms.Form):
    """A piece of an export, to propose a mapping from."""

    file = forms.FileField(
        label="見本のCSV",
        help_text="製品から出力したCSVを1つ選びます。先頭の部分だけを見て、まだ何も取り込みません。",
    )


class ImportForm(forms.Form):
    """A file to take in."""

    layout = forms.ModelChoiceField(
        label="対応づけ", queryset=CsvLayout.objects.none(), empty_label="選んでください"
    )
    source = forms.ModelChoiceField(
        label="送信元",
        queryset=Source.objects.none(),
        empty_label="選んでください",
        help_text="方式が「CSVファイル」の送信元です。保存区分は送信元で決まります。",
    )
    file = forms.FileField(
        label="CSVファイル", help_text="同じファイルを2度取り込んでも、操作ログは重複しません。"
    )

    def __init__(self, *args: Any, layouts: Any, sources: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layout"].queryset = layouts  # type: ignore[attr-defined]
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        self.fields["file"].widget.limit_mb = MAX_FILE_BYTES // (1024 * 1024)


@dataclass(frozen=True)
class HeadingRow:
    """One heading on the form: its fields and what stood below it in the sample. ``values``, ``format``: None where
    they would mean nothing."""

    heading: str
    sample: str
    column: forms.BoundField
    values: forms.BoundField | None
    format: forms.BoundField | None


class LayoutForm(forms.Form):
    """A mapping: a choice of column for each heading of *rules*, and what is the same for every row."""

    name = forms.CharField(label="名称", max_length=60, help_text="例：資産管理ソフト　ファイル操作ログ")
    note = forms.CharField(label="備考", max_length=300, required=False)
    encoding = forms.ChoiceField(label="文字コード", choices=_ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label="区切り文字", choices=_DELIMITERS, required=False)
    constants = forms.CharField(
        label="どの行も同じ値",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="1行に1つ「項目＝値」と書きます。例：操作＝Web閲覧",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        mapping: CsvMapping,
        samples: Mapping[str, str],
        name: str = "",
        note: str = "",
    ) -> None:
        initial = {
            "name": name,
            "note": note,
            "encoding": mapping.encoding,
            "delimiter": mapping.delimiter,
            "constants": _told(
                (TARGET_LABELS[column], VALUE_LABELS.get(column, {}).get(value, value))
                for column, value in mapping.constants.items()
            ),
        }
        super().__init__(data, initial=initial)
        self._proposed, self._rules, self._samples = mapping, mapping.columns, samples
        for place, rule in enumerate(mapping.columns):
            labels = VALUE_LABELS.get(rule.column, {})
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=f"「{rule.heading}」の取込み先", choices=_CHOICES, required=False, initial=rule.column
            )
            self.fields[f"values_{place}"] = forms.CharField(
                label=f"「{rule.heading}」の値の置換え",
                required=False,
                initial=_told((word, labels.get(code, code)) for word, code in rule.values.items()),
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            self.fields[f"format_{place}"] = forms.CharField(
                label=f"「{rule.heading}」の日時の書き方", required=False, initial=rule.format, max_length=40
            )
            for field, css in _CONTROLS.items():
                # They stand in cells, where their column's head and their row's say what they are.
                widget = self.fields[f"{field}_{place}"].widget
                widget.attrs |= {"aria-label": self.fields[f"{field}_{place}"].label, "class": css}

    def rows(self) -> list[HeadingRow]:
        """Return the headings with their fields."""
        found = []
        for place, rule in enumerate(self._rules):
            column = str(self[f"column_{place}"].value() or "")
            values, written = self[f"values_{place}"], self[f"format_{place}"]
            found.append(
                HeadingRow(
                    rule.heading,
                    self._samples.get(rule.heading, ""),
                    self[f"column_{place}"],
                    values if column in WORDS or values.value() else None,
                    written if column == "ts" else None,
                )
            )
        return found

    def proposed(self) -> CsvMapping:
        """Return the mapping the form began with. ``Invalid`` while it cannot be used."""
        if problems := self._proposed.problems():
            raise Invalid("対応づけが足りません。", problems)
        return self._proposed

    def mapping(self) -> CsvMapping:
        """Return the mapping that was filled in. ``Invalid`` with the field of each line that cannot be read."""
        said, problems = self.cleaned_data, []
        rules = []
        for place, rule in enumerate(self._rules):
            column = said[f"column_{place}"]
            values = {}
            for number, (word, meant) in enumerate(_pairs(said.get(f"values_{place}", "")), 1):
                if not word or not meant:
                    problems.append(
                        Problem(
                            f"{number}行目を「もとの値＝置換え後」の形で書いてください。",
                            field=f"values_{place}",
                        )
                    )
                values[word] = _code(VALUE_LABELS.get(column, {}), meant)
            rules.append(ColumnRule(rule.heading, column, values, said.get(f"format_{place}", "").strip()))
        constants = {}
        for number, (label, value) in enumerate(_pairs(said["constants"]), 1):
            column = _code(TARGET_LABELS, label)
            if column not in TARGET_LABELS or not value:
                problems.append(
                    Problem(f"{number}行目の「{label}」という項目はありません。", field="constants")
                )
                continue
            constants[column] = _code(VALUE_LABELS.get(column, {}), value)
        mapping = CsvMapping(tuple(rules), constants, said["encoding"], said["delimiter"])
        if problems := [*problems, *mapping.problems()]:
            raise Invalid("対応づけに誤りがあります。", problems)
        return mapping

    def take(self, refusal: Invalid) -> None:
        """Show *refusal* beside the fields it names, the rest at the top."""
        for problem in refusal.problems or (Problem(refusal.message),):
            known = problem.field in self.fields
            self.add_error(problem.field if known else None, problem.message if known else str(problem))


def _told(pairs: Any) -> str:
    return "\n".join(f"{word}＝{meant}" for word, meant in pairs)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return 「もとの値＝置換え後」 line by line; a line without a mark has nothing after it."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        mark = next((mark for mark in _EQUALS if mark in line), "")
        word, _, meant = line.rpartition(mark) if mark else (line, "", "")
        found.append((word.strip(), meant.strip()))
    return found


def _code(labels: Mapping[str, str], told: str) -> str:
    """Return the code that *told* is the label of; *told* itself when it is none."""
    return next((code for code, label in labels.items() if told in (code, label)), told)


def sample_values(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return, by heading, the first values that stand below it."""
    found: dict[str, str] = {}
    for place, heading in enumerate(header):
        values = dict.fromkeys(row[place] for row in rows if len(row) > place and row[place])
        found[heading] = "、".join(value[:40] for value in list(values)[:3])
    return found
