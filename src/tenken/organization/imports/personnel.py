"""Who holds which post from a date on, as a transfer list sees it: units and posts by what people call them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from tenken.common.japanese_text import search_key
from tenken.organization.models import Account, Assignment, City, Person, Post, Unit
from tenken.organization.queries import names_with_bureau
from tenken.organization.rules.seats import Held


@dataclass(eq=False)
class Slot:
    """A person in a post, as it stands (``assignment``) or as the list will have it (None)."""

    number: str
    post: Post
    kind: str
    starts: date
    ends: date | None
    assignment: Assignment | None = None

    def on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day < self.ends)

    @property
    def held(self) -> Held:
        return Held(self.number, self.kind, self.starts, self.ends)


@dataclass
class Personnel:
    """Everything that counts on *since* or later."""

    city: City
    since: date
    people: dict[str, Person]
    accounts: dict[int, Account]
    units: dict[str, list[Unit]]
    posts: dict[int, list[tuple[str, Post]]]
    posts_by_code: dict[str, list[Post]]
    by_person: dict[str, list[Slot]] = field(default_factory=lambda: defaultdict(list))
    by_post: dict[int, list[Slot]] = field(default_factory=lambda: defaultdict(list))

    def add(self, slot: Slot) -> None:
        self.by_person[slot.number].append(slot)
        self.by_post[slot.post.pk].append(slot)

    def running(self, number: str, day: date) -> list[Slot]:
        return [slot for slot in self.by_person.get(number, ()) if slot.on(day)]

    def ended(self, number: str, day: date) -> list[Slot]:
        """Return what the person held up to *day*, before any list: a reorganisation ended it."""
        return [
            slot
            for slot in self.by_person.get(number, ())
            if slot.assignment and slot.assignment.valid_to == day
        ]

    def slots(self) -> Iterator[Slot]:
        for rows in self.by_person.values():
            yield from rows

    def unit(self, code: str, day: date) -> Unit | None:
        return next((unit for unit in self.units.get(code, ()) if unit.is_valid_on(day)), None)

    def find_posts(self, unit: Unit | None, typed: str, day: date) -> list[Post]:
        """Return the posts of *unit* (None: of any, by code only) that *typed* names on a day: best match only."""
        code = unicodedata.normalize("NFKC", typed).strip()
        coded = [
            post
            for post in self.posts_by_code.get(code, ())
            if post.is_valid_on(day) and (unit is None or post.unit_id == unit.pk)
        ]
        if coded or unit is None:
            return coded
        key, above = search_key(typed), search_key(unit.name)
        titled = [(title, post) for title, post in self.posts.get(unit.pk, ()) if post.is_valid_on(day)]
        exact = [post for title, post in titled if title == key]
        # 「課長」 is 「企画課長」 in 企画課: what is left out is how the section's own name begins.
        return exact or [
            post for title, post in titled if title.endswith(key) and above.startswith(title[: -len(key)])
        ]

    def titles(self, unit: Unit, day: date) -> list[str]:
        return [post.title for _, post in self.posts.get(unit.pk, ()) if post.is_valid_on(day)]

    def told(self, post: Post, names: dict[int, str]) -> str:
        """Return 「財政局 税制課　税制課長」."""
        return f"{names.get(post.unit_id, '')}　{post.title}"

    def unit_names(self, day: date) -> dict[int, str]:
        return names_with_bureau(self.city, self.posts, day)


def personnel_of(city: City, since: date) -> Personnel:
    """Read who holds what on *since* or later. Five queries, whatever the size."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=since)  # what ended that very day is still named
    units: dict[str, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.filter(lasting, city=city).order_by("code"):
        units[unit.code].append(unit)
    posts: dict[int, list[tuple[str, Post]]] = defaultdict(list)
    coded: dict[str, list[Post]] = defaultdict(list)
    by_key: dict[int, Post] = {}
    for post in Post.objects.filter(lasting, city=city).order_by("code"):
        posts[post.unit_id].append((search_key(post.title), post))
        coded[post.code].append(post)
        by_key[post.pk] = post
    people = {person.number: person for person in Person.objects.filter(city=city)}
    found = Personnel(
        city=city,
        since=since,
        people=people,
        accounts={row.person_id: row for row in Account.objects.filter(person__city=city)},
        units=units,
        posts=posts,
        posts_by_code=coded,
    )
    numbers = {person.pk: number for number, person in people.items()}
    for row in Assignment.objects.filter(lasting, person__city=city).order_by("valid_from", "pk"):
        if post_held := by_key.get(row.post_id):
            found.add(Slot(numbers[row.person_id], post_held, row.kind, row.valid_from, row.valid_to, row))
    return found
