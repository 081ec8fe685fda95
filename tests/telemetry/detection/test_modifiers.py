"""Each modifier and kind of value of Sigma: events that must hit and must not, and the plain evaluator's word on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from tenken.telemetry.store import Store
from tests.telemetry.detection.evaluating import evaluated, event, rule_text
from tests.telemetry.detection.plain import hits


@dataclass
class Case:
    selection: Any
    must: list[dict[str, Any]]
    must_not: list[dict[str, Any]]
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


def rest(**said: str) -> dict[str, Any]:
    return {"rest": said}


def at(hour: int, day: int = 1, minute: int = 0, month: int = 12) -> dict[str, Any]:
    return {"ts": datetime(2020, month, day, hour, minute, tzinfo=UTC)}


LOG = "C:\\Windows\\System32\\cmd.exe"
ENCODED = "cwBlAGMAcgBlAHQA"  # "secret" as UTF-16LE in Base64

CASES = {
    # values
    "text is compared without case": Case(
        {"Image": LOG}, [{"process": LOG}, {"process": LOG.upper()}], [{"process": LOG + "x"}, {"process": ""}]
    ),
    "folding is Unicode's": Case(
        {"user": "Straße ＡＢ"}, [{"user": "STRASSE ａｂ"}], [{"user": "strase ab"}]
    ),
    "a list means any": Case({"Image": ["a", "b"]}, [{"process": "A"}, {"process": "b"}], [{"process": "c"}, {}]),
    "a field of no column is in rest": Case(
        {"OriginalFileName": "Cmd.Exe"}, [rest(OriginalFileName="cmd.exe")], [rest(Other="cmd.exe"), {}]
    ),
    "a quote and a brace stand for themselves": Case(
        {"It's {city:String} %s": "it's {x} %d -- 1"}, [rest(**{"It's {city:String} %s": "it's {x} %d -- 1"})], [{}]
    ),
    "star": Case({"CommandLine": "*whoami*/all"}, [{"command_line": "x WHOAMI\n /all"}], [{"command_line": "whoami /all x"}]),
    "question mark": Case({"CommandLine": "a?c"}, [{"command_line": "abc"}, {"command_line": "a髙c"}], [{"command_line": "ac"}, {"command_line": "abbc"}]),
    "star alone asks for any value": Case({"CommandLine": "*"}, [{"command_line": "x"}], [{"command_line": ""}, {}]),
    "escaped wildcards": Case({"CommandLine": "a\\*b\\?c"}, [{"command_line": "a*b?c"}], [{"command_line": "axbyc"}]),
    "backslash before a wildcard": Case({"CommandLine": "c:\\\\*"}, [{"command_line": "C:\\x"}], [{"command_line": "c:*"}]),
    "backslashes stand for themselves": Case({"CommandLine": "\\tmp\\x"}, [{"command_line": "\\tmp\\x"}], [{"command_line": "tmpx"}]),
    "percent and underscore are plain": Case({"CommandLine": "*100%_x?y*"}, [{"command_line": "z100%_xzyz"}], [{"command_line": "z100abxzy"}]),
    "number in text": Case({"EventID": 4624}, [{"event_code": "4624"}], [{"event_code": "46240"}, {}]),
    "number in a number": Case({"pages": 100}, [{"pages": 100}], [{"pages": 1000}, {}]),
    "numbers": Case({"pages": [1, 2]}, [{"pages": 2}], [{"pages": 3}, {}]),
    "text in a number": Case({"pages": "1*"}, [{"pages": 100}, {"pages": 1}], [{"pages": 2}, {}]),
    "null": Case({"user": None}, [{}, {"user": ""}], [{"user": "x"}]),
    "null in rest": Case({"ParentUser": None}, [{}, rest(Other="1")], [rest(ParentUser="x")]),
    "null in a list": Case({"mail_to": None}, [{}, {"mail_to": []}], [{"mail_to": ["x"]}]),
    "null in a number": Case({"pages": None}, [{}], [{"pages": 1}]),
    "empty text": Case({"user": ""}, [{}], [{"user": "x"}]),
    "null or a value": Case({"user": [None, "x"]}, [{}, {"user": "X"}], [{"user": "y"}]),
    "no values": Case({"user": []}, [{}], [{"user": "y"}]),
    "true in text": Case({"Initiated": True}, [rest(Initiated="true"), rest(Initiated="True")], [rest(Initiated="false"), {}]),
    "false in text": Case({"Initiated": False}, [rest(Initiated="false")], [rest(Initiated="true"), {}]),
    "true in a number": Case({"off_hours": True}, [{"off_hours": 1}], [{"off_hours": 0}, {}]),
    "false in a number": Case({"off_hours": False}, [{"off_hours": 0}, {}], [{"off_hours": 1}]),
    "any element of a list": Case({"mail_to": "a@x.jp"}, [{"mail_to": ["b@x.jp", "A@X.jp"]}], [{"mail_to": ["aa@x.jp"]}, {}]),
    # modifiers of text
    "contains": Case({"CommandLine|contains": "whoami"}, [{"command_line": "x WhoAmI y"}], [{"command_line": "who ami"}, {}]),
    "contains one of many": Case({"CommandLine|contains": ["foo", "bar", "100%"]}, [{"command_line": "xBARx"}, {"command_line": "a100%b"}], [{"command_line": "ba r"}, {}]),
    "contains in a list": Case({"attachments|contains": ["名簿", ".zip"]}, [{"attachments": ["a.txt", "B.ZIP"]}, {"attachments": ["職員名簿.xlsx"]}], [{"attachments": ["a.txt"]}, {}]),
    "contains with a wildcard inside": Case({"CommandLine|contains": "a*b?c"}, [{"command_line": "xxA--b1Cxx"}], [{"command_line": "xxab c"[:-1]}, {}]),
    "startswith": Case({"Image|startswith": "C:\\Win"}, [{"process": "c:\\windows"}], [{"process": "xc:\\win"}, {}]),
    "startswith one of many": Case({"Image|startswith": ["a.", "b+", "c(", "d\\", "髙"]}, [{"process": "B+x"}, {"process": "d\\x"}, {"process": "髙い"}], [{"process": "ax"}, {"process": "xb+"}, {}]),
    "endswith": Case({"Image|endswith": "\\cmd.exe"}, [{"process": LOG}], [{"process": LOG + " "}, {"process": "cmd.exe"}]),
    "endswith one of many": Case({"Image|endswith": ["\\a.exe", "\\b.exe", "\\c.exe", "$", "\n"]}, [{"process": "c:\\B.exe"}, {"process": "x$"}, {"process": "x\n"}], [{"process": "c:\\b.exe\n "}, {"process": "c:\\bxexe"}, {}]),
    "startswith and endswith in a list": Case({"mail_to|endswith": ["@a.jp", "@b.jp", "@c.jp", "@d.jp"]}, [{"mail_to": ["x@z.jp", "x@C.jp"]}], [{"mail_to": ["x@c.jp.example"]}, {}]),
    "all": Case({"CommandLine|contains|all": ["a", "b"]}, [{"command_line": "xBA"}], [{"command_line": "aa"}, {}]),
    "all in a list of values": Case({"mail_to|contains|all": ["a@", "b@"]}, [{"mail_to": ["a@x", "b@x"]}], [{"mail_to": ["a@x"]}]),
    "neq": Case({"User|neq": "SYSTEM"}, [{"user": "yamada"}, {}], [{"user": "system"}]),
    "neq of many": Case({"User|neq": ["a", "b"]}, [{"user": "c"}], [{"user": "A"}, {"user": "b"}]),
    "cased": Case({"CommandLine|cased": "ABC"}, [{"command_line": "ABC"}], [{"command_line": "abc"}, {}]),
    "contains cased": Case({"CommandLine|contains|cased": ["IEX", "Foo?"]}, [{"command_line": "x IEX"}, {"command_line": "xFoo1"}], [{"command_line": "x iex"}, {"command_line": "foo1"}]),
    "startswith cased in a list": Case({"mail_to|startswith|cased": "A"}, [{"mail_to": ["b", "Ab"]}], [{"mail_to": ["ab"]}]),
    "windash": Case({"CommandLine|windash|contains": " -enc"}, [{"command_line": "p /enc"}, {"command_line": "p –enc"}, {"command_line": "p -ENC"}, {"command_line": "p ―enc"}], [{"command_line": "p +enc"}, {}]),
    "windash and all": Case({"CommandLine|contains|all|windash": [" -a ", " -b "]}, [{"command_line": "x /a  -b "}], [{"command_line": "x -a "}]),
    "base64": Case({"CommandLine|base64|contains": "secret"}, [{"command_line": "x c2VjcmV0 y"}], [{"command_line": "secret"}]),
    "base64offset": Case({"CommandLine|base64offset|contains": "whoami"}, [{"command_line": one} for one in ("d2hvYW1p", "IHdob2FtaQ==", "ICB3aG9hbWk=")], [{"command_line": "whoami"}, {}]),
    "wide": Case({"CommandLine|wide|base64offset|contains": "secret"}, [{"command_line": f"-e {ENCODED}"}], [{"command_line": "secret"}, {"command_line": "c2VjcmV0"}]),
    "wide by itself": Case({"CommandLine|wide|contains": "ab"}, [{"command_line": "xa\0b\0"}], [{"command_line": "ab"}]),
    "utf16": Case({"CommandLine|utf16|base64|contains": "ab"}, [{"command_line": "//5hAGIA"}], [{"command_line": "YWI="}]),
    "utf16be": Case({"CommandLine|utf16be|base64|contains": "ab"}, [{"command_line": "AGEAYg=="}], [{"command_line": "YWI="}]),
    # regular expressions
    "re": Case({"CommandLine|re": "^a+\\d{2}$"}, [{"command_line": "aa12"}], [{"command_line": "AA12"}, {"command_line": "aa123"}, {}]),
    "re is searched": Case({"CommandLine|re": "b.d"}, [{"command_line": "abcde"}], [{"command_line": "b\nd"}]),
    "re that matches nothing does not match a missing value": Case({"CommandLine|re": "x*"}, [{"command_line": "y"}], [{"command_line": ""}]),
    "re i": Case({"CommandLine|re|i": "^AbC"}, [{"command_line": "aBcd"}], [{"command_line": "xabc"}]),
    "re m": Case({"CommandLine|re|m": "^b$"}, [{"command_line": "a\nb\nc"}], [{"command_line": "ab"}]),
    "re s": Case({"CommandLine|re|s": "a.b"}, [{"command_line": "a\nb"}], [{"command_line": "ab"}]),
    "re i m s": Case({"CommandLine|re|i|m|s": "^A.B"}, [{"command_line": "x\na\nb"}], [{"command_line": "xa\nb"}]),
    "re by its long flags": Case({"CommandLine|re|ignorecase|multiline|dotall": "^A.B"}, [{"command_line": "x\na\nb"}], [{"command_line": "xa\nb"}]),
    "re contains": Case({"CommandLine|re|contains": "a|b"}, [{"command_line": "xbx"}], [{"command_line": "c"}]),
    "re startswith": Case({"CommandLine|re|startswith": "a|b"}, [{"command_line": "bx"}], [{"command_line": "xb"}]),
    "re endswith": Case({"CommandLine|re|endswith": "a|b"}, [{"command_line": "xb"}], [{"command_line": "bx"}]),
    "re in a list": Case({"mail_to|re": "@.*\\.example$"}, [{"mail_to": ["a@x.jp", "a@b.example"]}], [{"mail_to": ["a@b.example.jp"]}, {}]),
    "re with quotes and backslashes": Case({"CommandLine|re": "'\\\\[a-z]+\\.'"}, [{"command_line": "'\\ab.'"}], [{"command_line": "'ab.'"}]),
    # addresses
    "cidr": Case({"address|cidr": ["10.0.0.0/8", "192.168.1.0/24"]}, [{"address": "10.9.8.7"}, {"address": "192.168.1.255"}, {"address": "::ffff:10.0.0.1"}], [{"address": "11.0.0.1"}, {"address": ""}, {"address": "-"}, {"address": "::1"}, {"address": "10.0.0"}]),
    "cidr of IPv6": Case({"SourceIp|cidr": "2001:db8::/32"}, [rest(SourceIp="2001:DB8:0:1::5")], [rest(SourceIp="2001:db9::1"), rest(SourceIp="-"), rest(SourceIp="10.0.0.1"), {}]),
    "not cidr keeps what is no address": Case({"address|cidr|neq": "10.0.0.0/8"}, [{"address": "-"}, {}, {"address": "11.0.0.1"}], [{"address": "10.0.0.1"}]),
    # comparisons
    "gt": Case({"bytes_out|gt": 100}, [{"bytes_out": 101}], [{"bytes_out": 100}, {}]),
    "gte": Case({"bytes_out|gte": 100}, [{"bytes_out": 100}], [{"bytes_out": 99}]),
    "lt": Case({"pages|lt": 2}, [{"pages": 1}, {}], [{"pages": 2}]),
    "lte": Case({"pages|lte": 2}, [{"pages": 2}], [{"pages": 3}]),
    "gt in text": Case({"DestinationPort|gt": 1024}, [rest(DestinationPort="8080")], [rest(DestinationPort="80"), rest(DestinationPort="x"), {}]),
    "not gt in text keeps what is no number": Case({"DestinationPort|gt|neq": 1024}, [rest(DestinationPort="x"), {}], [rest(DestinationPort="8080")]),
    "fraction": Case({"Score|gte": 0.5}, [rest(Score="0.75")], [rest(Score="0.25")]),
    "exists": Case({"user|exists": True}, [{"user": "x"}], [{}]),
    "exists not": Case({"ParentUser|exists": False}, [{}], [rest(ParentUser="x")]),
    "exists in a list": Case({"mail_to|exists": True}, [{"mail_to": ["x"]}], [{}]),
    # other fields
    "fieldref": Case({"user|fieldref": "SubjectUserName"}, [{"user": "ABC", **rest(SubjectUserName="abc")}], [{"user": "abc", **rest(SubjectUserName="abd")}, {}]),
    "fieldref startswith": Case({"path|fieldref|startswith": "Base"}, [{"path": "C:\\a\\b", **rest(Base="c:\\a")}], [{"path": "C:\\a"}, {"path": "x", **rest(Base="c:")}]),
    "fieldref endswith": Case({"path|fieldref|endswith": "Base"}, [{"path": "C:\\a\\b", **rest(Base="\\B")}], [{"path": "C:\\a", **rest(Base="b")}]),
    "fieldref contains": Case({"mail_to|fieldref|contains": "user"}, [{"mail_to": ["x", "a.yamada@x"], "user": "YAMADA"}], [{"mail_to": ["x"], "user": "yamada"}, {"mail_to": ["x"]}]),
    # parts of a time, in Japan
    "hour": Case({"ts|hour": 12}, [at(3)], [at(12)]),
    "hour compared": Case({"ts|hour|gte": 22}, [at(13), at(14)], [at(12), at(15)]),
    "minute": Case({"ts|minute": 5}, [at(1, minute=5)], [at(5)]),
    "day": Case({"ts|day": 2}, [at(15)], [at(14)]),
    "month": Case({"ts|month": 12}, [at(15, day=30, month=11)], [at(14, day=30, month=11)]),
    "week": Case({"ts|week": 49}, [at(3)], [at(3, day=8)]),
    "year": Case({"ts|year": 2021}, [at(15, day=31)], [at(14, day=31)]),
    "hour in text": Case({"LogonTime|hour": 9}, [rest(LogonTime="2020-12-01T00:30:00Z")], [rest(LogonTime="2020-12-01T09:30:00Z"), rest(LogonTime="never"), {}]),
    # lists of the city
    "expand is exact": Case({"host|expand": "%approved_hosts%"}, [{"host": "A.example"}, {"host": "b_%.example"}], [{"host": "a.example.jp"}, {}], {"approved_hosts": ("a.example", "b_%.example")}),
    "expand contains": Case({"title|contains|expand": "%keywords%"}, [{"title": "部外秘の資料"}, {"title": "x 50%*x"}], [{"title": "資料"}, {}], {"keywords": ("部外秘", "50%*")}),
    "expand with text around": Case({"path|startswith|expand": "\\\\%folders%\\\\"}, [{"path": "\\人事\\x"}], [{"path": "\\人事部"}, {}], {"folders": ("人事", "総務")}),
    "expand beside values": Case({"host|expand": ["%approved_hosts%", "c"]}, [{"host": "a"}, {"host": "C"}], [{"host": "b"}], {"approved_hosts": ("a",)}),
    "expand of two lists": Case({"path|expand": "%a%/%b%"}, [{"path": "x/2"}], [{"path": "x/3"}, {"path": "2/x"}], {"a": ("x", "y"), "b": ("1", "2")}),
    "expand all": Case({"title|contains|all|expand": "%keywords%"}, [{"title": "ab"}], [{"title": "a"}], {"keywords": ("a", "b")}),
    "expand in a list of values": Case({"mail_to|endswith|expand": "%domains%"}, [{"mail_to": ["a@x", "a@Y.jp"]}], [{"mail_to": ["a@y.jp.example"]}], {"domains": ("@y.jp",)}),
    "an empty list matches nothing": Case({"host|expand": "%approved_hosts%"}, [], [{"host": "a"}, {"host": ""}, {}], {"approved_hosts": ()}),
    "an empty list in part": Case({"host|contains|expand": ["%approved_hosts%", "b"]}, [{"host": "abc"}], [{"host": "a"}, {}], {"approved_hosts": ()}),
    "not in an empty list": Case({"host|neq|expand": "%approved_hosts%"}, [{"host": "a"}, {}], [], {"approved_hosts": ()}),
    "re expand": Case({"path|re|expand": "^%folders%/\\d+$"}, [{"path": "a.b/12"}], [{"path": "axb/12"}, {"path": "a.b/x"}], {"folders": ("a.b", "c")}),
    "re expand of an empty list": Case({"path|re|expand": "^%folders%"}, [], [{"path": "a"}], {"folders": ()}),
    "a great list": Case({"host|contains|expand": "%approved_hosts%"}, [{"host": "x.h599.example"}], [{"host": "h600.example"}], {"approved_hosts": tuple(f"h{at}.example" for at in range(600))}),
    # keywords
    "keyword": Case(["whoami", "net1"], [{"command_line": "x WHOAMI"}, rest(Anything="net1.exe"), {"mail_to": ["net1@x"]}], [{"section": "whoami"}, {}]),
    "keywords all": Case({"|all": ["foo", "bar"]}, [{"command_line": "foo", "title": "bar"}], [{"command_line": "foo"}]),
    "keyword with a wildcard": Case(["a*z"], [{"subject": "xaBz"}], [{"subject": "a", "title": "z"}, {}]),
    "keyword cased": Case({"|cased": "ABC"}, [{"subject": "xABCx"}], [{"subject": "abc"}]),
    "keyword re": Case({"|re": "^a\\d$"}, [{"subject": "a1"}], [{"subject": "xa1"}, {"subject": "A1"}]),
    "keyword number": Case([4624], [{"event_code": "4624"}], [{"event_code": "462"}]),
    "keyword of one text": Case("mimikatz", [{"path": "c:\\Mimikatz.exe"}], [{}]),
    "keyword expand": Case({"|expand": "%keywords%"}, [{"subject": "極秘です"}], [{"subject": "公開"}], {"keywords": ("極秘", "部外秘")}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_value_hits_what_it_must_and_nothing_else(case: Case, event_store: Store) -> None:
    text = rule_text({"selection": case.selection})
    events = [event(**one) for one in (*case.must, *case.must_not)]
    found = {seq for _, seq in evaluated(event_store, [text], events, case.lists)}
    assert found == set(range(len(case.must)))
    assert {at for at, one in enumerate(events) if hits(text, one, case.lists)} == found


def test_every_modifier_that_pysigma_reads_has_a_case() -> None:
    from sigma.modifiers import modifier_mapping

    asked: set[str] = set()
    for case in CASES.values():
        if isinstance(case.selection, dict):
            asked |= {one for key in case.selection for one in key.split("|")[1:]}
    assert asked == set(modifier_mapping)
