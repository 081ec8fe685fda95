"""The organisation's pages: who reaches them, what they change, and how many queries they ask."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve, reverse
from openpyxl import load_workbook
from tests.factories import FOUNDED, make_other_city

from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.organization.imports import organization_workbook
from tenken.organization.models import (
    Account,
    Assignment,
    ClosingDay,
    EmergencyProcedure,
    Person,
    Post,
    PostRole,
    Role,
    Unit,
    UnitKind,
    UnitPlacement,
)

pytestmark = pytest.mark.django_db
APRIL = "平成26年4月1日"
YES = {"confirmed": "1"}


@pytest.fixture
def secretariat(scenario, client_for):
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def as_role(scenario, client_for):
    return lambda role: client_for(scenario.people[role])


def run(response) -> Job:
    """Do the job that *response* leads to, as a worker does."""
    key = int(resolve(response.headers["Location"]).kwargs["job_id"])
    execute(key)
    return Job.objects.get(pk=key)


def address(name, *args):
    return reverse(f"organization-{name}", args=args)


def addresses(scenario):
    """Every page of the room, and the capability's holders besides the secretariat that may see it."""
    unit, held = scenario.section_a1.pk, Assignment.objects.get(person=scenario.people["section_manager"])
    role = Role.objects.get(city=scenario.city, code="committee")
    readers = {"ciso", "auditor", "bureau_manager", "section_manager", "deputy"}
    units = readers | {"staff", "system_manager", "network_manager"}
    person = scenario.people["staff"].pk
    changes = [
        address(f"unit-{what}", unit) for what in ("rename", "move", "merge", "split", "abolish", "correct")
    ]
    return {
        address("units"): units | {"other_manager"},
        address("unit", unit): units,
        address("people"): readers | {"other_manager"},
        address("person", person): readers,
        address("unit-emergency", unit): {"section_manager"},
        **{key: set() for key in changes},
        address("unit-new"): set(),
        address("post-new", unit): set(),
        address("post-assign", held.post_id): set(),
        address("post-grant", held.post_id): set(),
        address("grant-end", PostRole.objects.get(post=held.post_id).pk): set(),
        address("assignment-end", held.pk): set(),
        address("person-new"): set(),
        address("person-change", person): set(),
        address("person-leave", person): set(),
        address("person-account", person): set(),
        address("settings"): set(),
        address("role-new"): set(),
        address("role", role.pk): set(),
        address("kind-new"): set(),
        address("kind", UnitKind.objects.get(city=scenario.city, code="section").pk): set(),
        address("body-new"): set(),
        address("closing-day"): set(),
        address("import"): set(),
        address("export"): {"ciso", "auditor"},
    }


class TestWhoReachesWhat:
    def test_nobody_without_signing_in(self, scenario, client):
        for url in addresses(scenario):
            response = client.get(url)
            assert response.status_code == 302, url
            assert reverse("account_login") in response.headers["Location"]

    def test_every_page_by_every_role(self, scenario, client_for):
        pages = addresses(scenario)
        for role, person in scenario.people.items():
            client = client_for(person)
            for url, allowed in pages.items():
                status = client.get(url).status_code
                if role == "secretariat" or role in allowed:
                    assert status == 200, (role, url)
                else:
                    assert status in (403, 404), (role, url, status)

    def test_another_city_is_not_there(self, scenario, client_for):
        other = make_other_city()
        client = client_for(other.people["secretariat"])
        everywhere = {address(name) for name in (
            "units", "people", "unit-new", "person-new", "settings", "role-new", "kind-new", "body-new",
            "closing-day", "import", "export",
        )}  # fmt: skip
        for url in addresses(scenario):
            response = client.get(url)
            assert response.status_code == (200 if url in everywhere else 404), url
            if url in everywhere and url != address("export"):
                assert "企画課" not in response.content.decode()


class TestUnits:
    def test_tree_is_searched_by_variants_and_dates(self, scenario, secretariat):
        UnitPlacement.objects.all()
        secretariat.post(
            address("unit-new"),
            {
                "on": APRIL,
                "code": "９９９",
                "name": "髙速課",
                "parent": scenario.bureau_a.pk,
                "kind": _kind(scenario),
            },
        )
        assert "髙速課" in secretariat.get(address("units"), {"q": "高速"}).content.decode()
        assert "髙速課" not in secretariat.get(address("units"), {"on": "平成26年3月31日"}).content.decode()
        assert "該当するものはありません" in secretariat.get(address("units"), {"q": "謎"}).content.decode()

    def test_wrong_input_comes_back_to_its_field(self, scenario, secretariat):
        response = secretariat.post(
            address("unit-new"),
            {
                "on": "きのう",
                "code": "U0001",
                "name": "課" * 300,
                "parent": scenario.bureau_a.pk,
                "kind": _kind(scenario),
            },
        )
        assert response.status_code == 422
        assert "日付として読めません" in response.content.decode()
        response = secretariat.post(
            address("unit-new"),
            {
                "on": APRIL,
                "code": "U0001",
                "name": "課" * 300,
                "parent": scenario.bureau_a.pk,
                "kind": _kind(scenario),
            },
        )
        page = response.content.decode()
        assert response.status_code == 422
        assert "名称は100文字までです（入力は300文字）" in page
        assert "使っています" in page
        assert 'href="#id_name"' in page

    def test_rename_move_merge_split_abolish(self, scenario, secretariat):
        unit = scenario.section_a1
        sent = {"on": APRIL, "name": "企画調整課"}
        asked = secretariat.post(address("unit-rename", unit.pk), sent).content.decode()
        assert "まだ何も変えていません" in asked
        assert "まちづくり局 企画調整課" in asked
        assert not Unit.objects.filter(name="企画調整課").exists()
        response = secretariat.post(address("unit-rename", unit.pk), sent | YES)
        renamed = Unit.objects.get(name="企画調整課")
        assert response.headers["Location"] == address("unit", renamed.pk)
        page = secretariat.get(address("unit", renamed.pk)).content.decode()
        assert "改称" in page
        assert "平成26年4月1日" in page
        secretariat.post(
            address("unit-move", renamed.pk), {"on": "2015-04-01", "parent": scenario.bureau_b.pk}
        )
        assert UnitPlacement.objects.get(unit=renamed, valid_to=None).parent == scenario.bureau_b
        response = secretariat.post(
            address("unit-split", renamed.pk),
            {"on": "2016-04-01", "first_name": "一課", "second_name": "二課", "second_code": "S2"} | YES,
        )
        two = Unit.objects.get(name="二課")
        secretariat.post(
            address("unit-merge", two.pk), {"on": "2017-04-01", "into": scenario.section_b1.pk} | YES
        )
        two.refresh_from_db()
        assert two.valid_to == date(2017, 4, 1)
        response = secretariat.post(address("unit-merge", scenario.section_b1.pk), {"on": "2018-04-01"})
        assert response.status_code == 422
        secretariat.post(address("unit-abolish", scenario.section_b1.pk), {"on": "2018-04-01"} | YES)
        page = secretariat.get(address("unit", scenario.section_b1.pk)).content.decode()
        assert "この組織は終わっています" in page

    def test_a_ring_is_refused_on_the_page(self, scenario, secretariat):
        response = secretariat.post(
            address("unit-move", scenario.bureau_a.pk), {"on": APRIL, "parent": scenario.section_a1.pk}
        )
        assert response.status_code == 422
        assert "自分自身の下" in response.content.decode()

    def test_manager_lays_down_the_procedure(self, scenario, as_role):
        client, unit = as_role("section_manager"), scenario.section_a1
        sent = {"text": "局に連絡する", "contact": "内線1234", "on": APRIL, "replacing": ""}
        assert client.post(address("unit-emergency", unit.pk), sent).status_code == 302
        page = client.get(address("unit", unit.pk)).content.decode()
        assert "局に連絡する" in page
        assert client.post(address("unit-emergency", unit.pk), sent).status_code == 409
        assert EmergencyProcedure.objects.count() == 1

    def test_staff_see_the_manager_but_not_the_posts(self, scenario, as_role):
        page = as_role("staff").get(address("unit", scenario.section_a1.pk)).content.decode()
        assert scenario.people["section_manager"].name in page
        assert "職と職員" not in page

    def test_posts_roles_and_appointments(self, scenario, secretariat):
        unit = scenario.section_a1
        secretariat.post(
            address("post-new", unit.pk), {"on": APRIL, "code": "P1", "title": "係長", "single_seat": "on"}
        )
        post = Post.objects.get(code="P1")
        role = Role.objects.get(city=scenario.city, code="deputy")
        secretariat.post(address("post-grant", post.pk), {"on": APRIL, "role": role.pk, "unit": unit.pk})
        sent = {"on": APRIL, "person": scenario.people["staff"].number, "kind": "main"}
        assert secretariat.post(address("post-assign", post.pk), sent).status_code == 302
        again = secretariat.post(address("post-assign", post.pk), sent)
        assert again.status_code == 422
        assert "の発令があります" in again.content.decode()
        assert scenario.by("staff").role_codes == {"staff", "deputy"}
        held = Assignment.objects.get(post=post)
        secretariat.post(address("assignment-end", held.pk), {"on": "2014-05-01"})
        secretariat.post(address("grant-end", PostRole.objects.get(post=post).pk), {"on": "2014-05-01"})
        assert scenario.by("staff", date(2014, 5, 1)).role_codes == {"staff"}


def _kind(scenario):
    return UnitKind.objects.get(city=scenario.city, code="section").pk


class TestPeople:
    def test_list_is_scoped_noted_and_leaves_as_files(self, scenario, as_role):
        client = as_role("section_manager")
        page = client.get(address("people")).content.decode()
        assert scenario.people["staff"].number in page
        assert scenario.people["other_manager"].number not in page
        noted = PersonalDataAccess.objects.get()
        assert (noted.actor_code, noted.rows) == (scenario.people["section_manager"].number, 4)
        response = client.get(address("people"), {"export": "excel"})
        sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
        numbers = {row[0] for row in sheet.iter_rows(values_only=True)}
        assert scenario.people["staff"].number in numbers
        assert scenario.people["other_manager"].number not in numbers
        assert PersonalDataAccess.objects.filter(purpose="職員の一覧の出力").count() == 1

    def test_filters_and_nonsense(self, scenario, secretariat):
        url = address("people")
        page = secretariat.get(url, {"q": "ciso", "role": "section_manager", "unit": scenario.bureau_b.pk})
        assert page.status_code == 200
        page = secretariat.get(
            url, {"role": "section_manager", "unit": scenario.bureau_b.pk}
        ).content.decode()
        assert scenario.people["other_manager"].number in page
        assert scenario.people["section_manager"].number not in page
        for query in (
            {"unit": "x"},
            {"role": "謎"},
            {"page": "99999"},
            {"sort": "-謎"},
            {"sort": "password"},
        ):
            assert secretariat.get(url, query).status_code == 200, query

    def test_add_change_account_leave(self, scenario, secretariat):
        sent = {"number": "００９", "name": "𠮷野 家", "kana": "よしの"}
        response = secretariat.post(address("person-new"), sent)
        person = Person.objects.get(number="009")
        assert response.headers["Location"] == address("person", person.pk)
        assert secretariat.post(address("person-new"), sent).status_code == 422
        secretariat.post(address("person-change", person.pk), {"name": "吉野 家"})
        person.refresh_from_db()
        assert person.name == "吉野 家"
        weak = secretariat.post(address("person-account", person.pk), {"username": "009", "password": "123"})
        assert weak.status_code == 422
        secretariat.post(
            address("person-account", person.pk), {"username": "009", "password": "correct-horse-9"}
        )
        assert Account.objects.get(person=person).must_change_password
        secretariat.post(address("person-leave", person.pk), {"on": "2030-04-01"})
        assert Account.objects.get(person=person).valid_to == date(2030, 4, 1)

    def test_a_name_is_never_markup(self, scenario, secretariat):
        Person.objects.filter(pk=scenario.people["staff"].pk).update(name="<script>alert(1)</script>")
        for url in (address("people"), address("person", scenario.people["staff"].pk), address("units")):
            assert "<script>alert" not in secretariat.get(url).content.decode()


class TestSettings:
    def test_roles(self, scenario, secretariat):
        role = Role.objects.get(city=scenario.city, code="committee")
        sent = {"name": "専門委員会", "order": "９", "capabilities": ["organization.units.view"]}
        assert secretariat.post(address("role", role.pk), sent).status_code == 302
        role.refresh_from_db()
        assert (role.name, role.order, role.capabilities) == ("専門委員会", 9, ["organization.units.view"])
        own = Role.objects.get(city=scenario.city, code="secretariat")
        response = secretariat.post(
            address("role", own.pk), {"name": "事務局", "order": "1", "capabilities": []}
        )
        assert response.status_code == 422
        assert "だれも設定を直せなくなります" in response.content.decode()

    def test_closing_days(self, scenario, secretariat):
        secretariat.post(
            address("closing-day"), {"day": "令和元年12月30日", "name": "年末年始", "closed": "1"}
        )
        assert ClosingDay.objects.get().day == date(2019, 12, 30)
        remove = address("closing-day-remove", "2019-12-30")
        assert secretariat.get(remove).status_code == 405
        assert secretariat.post(remove).status_code == 302
        assert secretariat.post(remove).status_code == 404
        assert secretariat.post(address("closing-day-remove", "x")).status_code == 404

    def test_kinds_and_bodies(self, scenario, secretariat):
        sent = {"code": "room", "name": "室", "rank": "3", "answers_sheets": "on", "office_class": ""}
        assert secretariat.post(address("kind-new"), sent).status_code == 302
        assert UnitKind.objects.get(code="room").answers_sheets
        assert secretariat.post(address("kind-new"), sent).status_code == 422
        assert secretariat.post(address("body-new"), {"code": "w", "name": "水道局"}).status_code == 302


class TestImport:
    @pytest.fixture
    def edited(self, scenario):
        content = organization_workbook(by=scenario.by("secretariat"), on=date(2014, 4, 1))
        workbook = load_workbook(io.BytesIO(content))
        for row in workbook["組織"].iter_rows(min_row=2):
            if row[0].value == scenario.section_a1.code:
                row[1].value = "企画調整課"
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()

    def send(self, client, content, name="異動.xlsx", on=APRIL):
        return client.post(address("import"), {"on": on, "file": SimpleUploadedFile(name, content)})

    def test_difference_then_confirm(self, scenario, secretariat, edited):
        response = self.send(secretariat, edited)
        page = response.content.decode()
        assert "企画課 → 企画調整課" in page
        assert not Unit.objects.filter(name="企画調整課").exists()
        sent = {key: response.context[key] for key in ("token", "on")} | {
            "shown": response.context["found"].digest
        }
        assert run(secretariat.post(address("import-confirm"), sent)).status == Job.Status.DONE
        assert Unit.objects.filter(name="企画調整課").exists()
        assert secretariat.post(address("import-confirm"), sent).status_code == 404, "the file is gone"

    def test_what_changed_in_between_fails_the_job(self, scenario, secretariat, edited):
        response = self.send(secretariat, edited)
        secretariat.post(
            address("unit-rename", scenario.section_a1.pk),
            {"on": "2013-04-01", "name": "総合企画課"} | YES,
        )
        sent = {key: response.context[key] for key in ("token", "on")} | {
            "shown": response.context["found"].digest
        }
        job = run(secretariat.post(address("import-confirm"), sent))
        assert job.status == Job.Status.FAILED
        assert "もう一度差分を確かめてください" in job.message
        assert not Unit.objects.filter(name="企画調整課").exists()

    def test_another_person_cannot_confirm(self, scenario, secretariat, client_for, edited):
        response = self.send(secretariat, edited)
        sent = {key: response.context[key] for key in ("token", "on")} | {
            "shown": response.context["found"].digest
        }
        other = make_other_city()
        assert (
            client_for(other.people["secretariat"]).post(address("import-confirm"), sent).status_code == 404
        )
        for token in ("", "../../etc/passwd", "0" * 32):
            assert secretariat.post(address("import-confirm"), {**sent, "token": token}).status_code == 404

    @pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04"])
    def test_bad_files_are_422_with_the_reason(self, scenario, secretariat, content):
        response = self.send(secretariat, content)
        assert response.status_code == 422
        assert "data-error-summary" in response.content.decode()

    def test_what_goes_out_comes_back(self, scenario, secretariat):
        content = secretariat.get(address("export")).content
        today = date.today().isoformat()  # noqa: DTZ011
        assert "変わるものはありません" in self.send(secretariat, content, on=today).content.decode()
        units = secretariat.get(address("export"), {"export": "csv", "sheet": "組織"})
        assert "企画課" in units.content.decode("cp932")
        people = secretariat.get(address("export"), {"export": "csv", "sheet": "職員"})
        assert people.status_code == 422, "CP932 cannot hold 𠮷, and the page says so"
        assert Entry.objects.exists()


class TestQueryCounts:
    """420 units, one manager each: a page asks no more than for six."""

    @pytest.fixture
    def large(self, scenario):
        city, role = scenario.city, Role.objects.get(city=scenario.city, code="section_manager")
        kind = UnitKind.objects.get(city=city, code="section")
        units = Unit.objects.bulk_create(
            Unit(
                city=city,
                code=f"L{n:04}",
                name=f"第{n}課",
                search_text=f"第{n}課",
                kind=kind,
                valid_from=FOUNDED,
            )
            for n in range(420)
        )
        UnitPlacement.objects.bulk_create(
            UnitPlacement(unit=unit, parent=scenario.bureau_a, valid_from=FOUNDED) for unit in units
        )
        people = Person.objects.bulk_create(
            Person(city=city, number=f"L{n:04}", name=f"課長{n}") for n in range(420)
        )
        posts = Post.objects.bulk_create(
            Post(city=city, unit=unit, code=f"{unit.code}-1", title="課長", valid_from=FOUNDED)
            for unit in units
        )
        PostRole.objects.bulk_create(
            PostRole(post=post, role=role, unit=post.unit, valid_from=FOUNDED) for post in posts
        )
        Assignment.objects.bulk_create(
            Assignment(person=person, post=post, valid_from=FOUNDED)
            for person, post in zip(people, posts, strict=True)
        )
        city.organization_version += 1
        city.save()
        return scenario

    def test_tree(self, large, secretariat, django_assert_max_num_queries):
        with django_assert_max_num_queries(13):
            page = secretariat.get(address("units")).content.decode()
        assert "まちづくり局" in page
        assert "第419課" not in page, "the bureaus first"
        with django_assert_max_num_queries(15):
            page = secretariat.get(
                address("units"), {"bureau": large.bureau_a.pk, "page": 9}
            ).content.decode()
        assert "第419課" in page
        assert "課長419" in page
        with django_assert_max_num_queries(13):
            book = secretariat.get(address("units"), {"export": "excel"}).content
        assert load_workbook(io.BytesIO(book)).active.max_row > 420

    def test_people(self, large, secretariat, django_assert_max_num_queries):
        with django_assert_max_num_queries(13):
            page = secretariat.get(address("people")).content.decode()
        assert "全432件" in page

    def test_people_of_a_bureau(self, large, as_role, django_assert_max_num_queries):
        client = as_role("bureau_manager")
        with django_assert_max_num_queries(13):
            assert client.get(address("people"), {"page": 5}).status_code == 200

    def test_unit(self, large, secretariat, django_assert_max_num_queries):
        with django_assert_max_num_queries(21):
            secretariat.get(address("unit", large.bureau_a.pk))
