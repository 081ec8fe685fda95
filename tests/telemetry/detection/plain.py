"""Sigma in plain Python, over the YAML itself: what the engine must agree with. Shares no code with the compiler."""

from __future__ import annotations

import base64
import ipaddress
import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import yaml

Event = Mapping[str, Any]
Lists = Mapping[str, Sequence[str]]

COLUMN_OF = {
    "Image": "process",
    "ParentImage": "parent_process",
    "CommandLine": "command_line",
    "User": "user",
    "EventID": "event_code",
    "TargetFilename": "path",
    "Computer": "computer",
}
NUMBERS = {"class", "pid", "size", "pages", "unapproved_recipients", "bytes_out", "bytes_in", "off_hours",
           "device_approved", "host_approved", "app_approved", "clock_suspect"}  # fmt: skip
LISTS = {"mail_to", "attachments"}
TIMES = {"ts", "received"}
TEXTS = {"op", "status", "disposition", "user", "person", "section", "device", "computer", "address", "segment", "app",
         "process", "command_line", "parent_process", "title", "path", "destination", "drive", "hash", "device_class",
         "vendor_id", "product_id", "device_serial", "device_name", "printer", "document", "mail_from", "subject", "url",
         "host", "method", "message", "source", "event_code", "retention", "log_product", "log_category",
         "log_service"}  # fmt: skip
SEARCHED = {"user", "device", "computer", "address", "app", "process", "command_line", "parent_process", "title", "path",
            "destination", "hash", "device_serial", "device_name", "printer", "document", "mail_from", "subject", "url",
            "host", "method", "message", "status", "disposition", "drive", "device_class", "vendor_id", "product_id",
            "event_code"}  # fmt: skip
JAPAN = timezone(timedelta(hours=9))


def hits(text: str, event: Event, lists: Lists | None = None, filters: Sequence[str] = ()) -> bool:
    """Tell whether the rule of *text* hits *event*, and those of *filters* that are its own let the hit stand."""
    rule = yaml.safe_load(text)
    if not of_source(rule["logsource"], event) or not holds(rule["detection"], event, lists):
        return False
    read = [yaml.safe_load(one) for one in filters]
    return all(holds(one["filter"], event, lists) for one in read if narrows(one, rule))


def holds(detection: Mapping[str, Any], event: Event, lists: Lists | None) -> bool:
    conditions = detection["condition"]
    named = {name: one for name, one in detection.items() if name not in ("condition", "rules")}
    return any(
        Condition(one, named, event, lists or {}).decide()
        for one in (conditions if isinstance(conditions, list) else [conditions])
    )


def narrows(found: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Tell whether a filter is one of a rule: named, and its log source says nothing that the rule's does not say."""
    said = found["filter"]["rules"]
    if any(rule["logsource"].get(key) != value for key, value in found["logsource"].items()):
        return False
    if said in ("any", []):
        return True
    names = [said] if isinstance(said, str) else said
    return any(one in (str(rule.get("id", "")).lower(), rule.get("name")) for one in map(str.lower, names))


def wholes(text: str) -> list[str]:
    """Return the rules of a file, with what documents of ``action`` say of them."""
    common: dict[str, Any] = {}
    last: dict[str, Any] = {}
    found = []
    for document in yaml.safe_load_all(text):
        action = document.pop("action", "")
        if action == "global":
            common = laid_over(common, document)
        elif action == "reset":
            common = {}
        else:
            last = laid_over(last, document) if action == "repeat" else laid_over(document, common)
            found.append(yaml.safe_dump(last, sort_keys=False))
    return found


def laid_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    keys = [*below, *(key for key in above if key not in below)]
    return {key: laid_over(below.get(key), above[key]) if key in above else below[key] for key in keys}


def of_source(source: Mapping[str, str], event: Event) -> bool:
    product, category, service = (source.get(one) or "" for one in ("product", "category", "service"))
    if product == "tenken":
        return category in ("", event.get("op", "")) and service in ("", event.get("source", ""))
    asked = [category]
    if category == "registry_event":
        asked = ["registry_add", "registry_delete", "registry_set", "registry_rename"]
    return (
        product in ("", event.get("log_product", ""))
        and (not category or event.get("log_category", "") in asked)
        and service in ("", event.get("log_service", ""))
    )


class Condition:
    """A condition read by descent: or, and, not, parentheses, "1 of", "all of"."""

    def __init__(self, text: str, named: Mapping[str, Any], event: Event, lists: Lists) -> None:
        self.words = re.findall(r"[()]|[^\s()]+", text)
        self.named, self.event, self.lists = named, event, lists

    def decide(self) -> bool:
        value = self._or()
        assert not self.words
        return value

    def _or(self) -> bool:
        value = self._and()
        while self.words and self.words[0] == "or":
            self.words.pop(0)
            other = self._and()
            value = value or other
        return value

    def _and(self) -> bool:
        value = self._not()
        while self.words and self.words[0] == "and":
            self.words.pop(0)
            other = self._not()
            value = value and other
        return value

    def _not(self) -> bool:
        word = self.words.pop(0)
        if word == "not":
            return not self._not()
        if word == "(":
            value = self._or()
            assert self.words.pop(0) == ")"
            return value
        if word in ("1", "any", "all") and self.words and self.words[0] == "of":
            self.words.pop(0)
            pattern = self.words.pop(0)
            shape = re.compile(".*" if pattern == "them" else re.escape(pattern).replace(r"\*", ".*"))
            chosen = [one for one in self.named if shape.fullmatch(one) and not one.startswith("_")]
            found = [self._detection(self.named[one]) for one in chosen]
            return all(found) if word == "all" else any(found)
        return self._detection(self.named[word])

    def _detection(self, said: Any) -> bool:
        if isinstance(said, Mapping):
            return all(item(key, value, self.event, self.lists) for key, value in said.items())
        if isinstance(said, list):
            if any(isinstance(one, Mapping | list) for one in said):
                return any(self._detection(one) for one in said)
            return item("", said, self.event, self.lists)
        return item("", said, self.event, self.lists)


# --- values of an event


def values_of(name: str, event: Event) -> tuple[str, list[Any]]:
    """Return the kind of a field and its values: none when it is missing."""
    column = COLUMN_OF.get(name, name)
    if column in NUMBERS:
        number = event.get(column, 0)
        return "number", [number] if number else []
    if column in TIMES:
        return "time", [event[column]]
    if column in LISTS:
        return "list", list(event.get(column, []))
    text = event.get(column, "") if column in TEXTS else event.get("rest", {}).get(name, "")
    return "text", [text] if text else []


def anything_of(event: Event) -> list[str]:
    texts = [event.get(name, "") for name in SEARCHED]
    inside = [one for name in LISTS for one in event.get(name, [])]
    return [one for one in [*texts, *inside, *event.get("rest", {}).values()] if one]


# --- one item of a detection


def item(key: str, said: Any, event: Event, lists: Lists) -> bool:
    name, *modifiers = key.split("|")
    if name:
        kind, found = values_of(name, event)
    else:
        kind, found = "list", anything_of(event)
    wanted = said if isinstance(said, list) else [said]
    if not wanted:
        return not found
    decided = [one_value(kind, found, value, modifiers, event, lists, keyword=not name) for value in wanted]
    answer = all(decided) if "all" in modifiers else any(decided)
    return not answer if "neq" in modifiers else answer


def one_value(  # noqa: C901 - one branch a modifier
    kind: str,
    found: list[Any],
    value: Any,
    modifiers: list[str],
    event: Event,
    lists: Lists,
    *,
    keyword: bool,
) -> bool:
    if value is None:
        return not found
    if "exists" in modifiers:
        return bool(found) is value
    if "fieldref" in modifiers:
        return refers(found, values_of(value, event)[1], modifiers)
    for part in ("minute", "hour", "day", "week", "month", "year"):
        if part in modifiers:
            return any(
                compares(time_part(part, one), value, modifiers)
                for one in found
                if time_part(part, one) is not None
            )
    if any(one in modifiers for one in ("lt", "lte", "gt", "gte")):
        if kind == "number" and not found:
            found = [0]
        return any(compares(number_of(one), value, modifiers) for one in found if number_of(one) is not None)
    if "cidr" in modifiers:
        return any(in_network(one, value) for one in found)
    if "re" in modifiers:
        return matches_regex(found, value, modifiers, lists)
    if isinstance(value, bool):
        if kind == "number":
            return (found or [0])[0] == int(value)
        value = str(value)
    if isinstance(value, int | float) and kind == "number":
        return (found or [0])[0] == value
    return matches_text(kind, found, str(value), modifiers, lists, keyword=keyword)


def matches_text(
    kind: str, found: list[Any], value: str, modifiers: list[str], lists: Lists, *, keyword: bool
) -> bool:
    cased = "cased" in modifiers
    texts = [str(one) if cased else str(one).casefold() for one in found]
    patterns = [tokens(value)]
    if "expand" in modifiers:
        patterns = bind(patterns[0], lists)
    for modifier in modifiers:
        if modifier == "windash":
            patterns = [variant for one in patterns for variant in dashes(one)]
        elif modifier in ("wide", "utf16", "utf16be"):
            patterns = [widened(one, modifier) for one in patterns]
        elif modifier in ("base64", "base64offset"):
            patterns = [[*one] for pattern in patterns for one in encoded(pattern, modifier, modifiers)]
    decided = []
    for pattern in patterns:
        pattern = around(pattern, modifiers, keyword=keyword)
        if not pattern:
            decided.append(not found)
        elif all(one is STAR for one in pattern):
            decided.append(any(texts))
        else:
            shape = "".join(
                ".*" if one is STAR else "." if one is ANY else re.escape(one if cased else one.casefold())
                for one in pattern
            )
            decided.append(any(re.fullmatch(shape, text, re.DOTALL) for text in texts if text))
    # Values of a list are linked as those of the rule; what a modifier expanded is linked by "or".
    return bool(decided) and (all(decided) if "all" in modifiers and "expand" in modifiers else any(decided))


STAR, ANY = object(), object()
Token = Any


def tokens(value: str) -> list[Token]:
    """Read wildcards and escapes: a backslash before * ? and itself, plain anywhere else."""
    out: list[Token] = []
    at = 0
    while at < len(value):
        char = value[at]
        if char == "\\" and at + 1 < len(value) and value[at + 1] in "*?\\":
            out.append(value[at + 1])
            at += 2
            continue
        out.append({"*": STAR, "?": ANY}.get(char, char))
        at += 1
    return out


def around(pattern: list[Token], modifiers: list[str], *, keyword: bool) -> list[Token]:
    contains = "contains" in modifiers or (keyword and not {"startswith", "endswith"} & set(modifiers))
    if keyword and {"startswith", "endswith"} & set(modifiers):
        contains = True
    out = list(pattern)
    if (contains or "endswith" in modifiers) and out[:1] != [STAR]:
        out = [STAR, *out]
    if (contains or "startswith" in modifiers) and (out[-1:] != [STAR] or not out):
        out = [*out, STAR]
    return out


def bind(pattern: list[Token], lists: Lists) -> list[list[Token]]:
    text = "".join("\ue000" if one is STAR else "\ue001" if one is ANY else one for one in pattern)
    names = re.findall(r"%([^%\\]+)%", text)
    bound = []
    for chosen in itertools.product(*(lists.get(name, ()) for name in names)):
        pieces = re.split(r"%[^%\\]+%", text)
        joined: list[Token] = [{"\ue000": STAR, "\ue001": ANY}.get(char, char) for char in pieces[0]]
        for value, piece in zip(chosen, pieces[1:], strict=True):
            joined += [*value, *({"\ue000": STAR, "\ue001": ANY}.get(char, char) for char in piece)]
        bound.append(joined)
    return bound


def dashes(pattern: list[Token]) -> list[list[Token]]:
    text = "".join("*" if one is STAR else "?" if one is ANY else one for one in pattern)
    places = [found.start() for found in re.finditer(r"\B[-/]\b", text)]
    out = []
    for chosen in itertools.product("-/\u2013\u2014\u2015", repeat=len(places)):
        one = list(pattern)
        for place, char in zip(places, chosen, strict=True):
            one[place] = char
        out.append(one)
    return out


def widened(pattern: list[Token], modifier: str) -> list[Token]:
    codec = "utf-16be" if modifier == "utf16be" else "utf-16le"
    out: list[Token] = ["\ufeff"] if modifier == "utf16" else []
    for one in pattern:
        out += [one] if not isinstance(one, str) else one.encode(codec).decode()
    return out


def encoded(pattern: list[Token], modifier: str, modifiers: list[str]) -> list[str]:
    raw = "".join(pattern).encode()
    if "utf16" in modifiers:
        raw = raw.replace("\ufeff".encode(), b"\xff\xfe", 1)
    if modifier == "base64":
        return [base64.b64encode(raw).decode()]
    out = []
    for shift in range(3):
        text = base64.b64encode(b" " * shift + raw).decode()
        begin = (0, 2, 3)[shift]
        end = (None, -3, -2)[(len(raw) + shift) % 3]
        out.append(text[begin:end])
    return out


def matches_regex(found: list[Any], value: str, modifiers: list[str], lists: Lists) -> bool:
    if "expand" in modifiers:
        for name in re.findall(r"%([^%\\]+)%", value):
            if not lists.get(name):
                return False
            value = value.replace(f"%{name}%", f"(?:{'|'.join(map(re.escape, lists[name]))})")
    flags = re.NOFLAG
    for names, flag in ((("i", "ignorecase"), re.I), (("m", "multiline"), re.M), (("s", "dotall"), re.S)):
        if set(names) & set(modifiers):
            flags |= flag
    value = f"{chr(92) + 'A' if 'startswith' in modifiers else ''}(?:{value}){chr(92) + 'Z' if 'endswith' in modifiers else ''}"
    return any(re.search(value, str(one), flags) for one in found if str(one))


def in_network(text: str, network: str) -> bool:
    text = text.casefold()
    if text.startswith("::ffff:") and "." in text:
        text = text[7:]
    try:
        return ipaddress.ip_address(text) in ipaddress.ip_network(network)
    except ValueError:
        return False


def refers(found: list[Any], others: list[Any], modifiers: list[str]) -> bool:
    for one, other in itertools.product(found, others):
        left, right = str(one).casefold(), str(other).casefold()
        if not left or not right:
            continue
        if "contains" in modifiers or {"startswith", "endswith"} <= set(modifiers):
            good = right in left
        elif "startswith" in modifiers:
            good = left.startswith(right)
        elif "endswith" in modifiers:
            good = left.endswith(right)
        else:
            good = left == right
        if good:
            return True
    return False


def number_of(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def time_part(part: str, value: Any) -> int | None:
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            return None
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
    moment = value.astimezone(JAPAN)
    return int(moment.isocalendar().week if part == "week" else getattr(moment, part))


def compares(left: float | None, right: float, modifiers: list[str]) -> bool:
    assert left is not None
    if "lt" in modifiers:
        return left < right
    if "lte" in modifiers:
        return left <= right
    if "gt" in modifiers:
        return left > right
    if "gte" in modifiers:
        return left >= right
    return left == right
