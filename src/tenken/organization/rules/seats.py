"""Who may hold a post at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Held:
    """A person holds a post from ``starts`` to the day before ``ends``; ``kind``: main, concurrent or acting."""

    person: object
    kind: str
    starts: date
    ends: date | None

    def meets(self, other: Held) -> bool:
        """Tell whether both hold it on some day."""
        return (self.ends is None or other.starts < self.ends) and (
            other.ends is None or self.starts < other.ends
        )

    @property
    def period(self) -> str:
        return f"{self.starts}から{self.ends}の前日まで" if self.ends else f"{self.starts}から"


@dataclass(frozen=True)
class Clash:
    """*other* stands in the way: the same person twice, or a second 本務 holder of a single seat."""

    other: Held
    same_person: bool


def clash(new: Held, held: Iterable[Held], *, single_seat: bool) -> Clash | None:
    """Return what stands in the way of *new* among those who hold the post, or None."""
    meeting = [other for other in held if new.meets(other)]
    for other in meeting:
        if other.person == new.person:
            return Clash(other, same_person=True)
    if single_seat and new.kind == "main":
        for other in meeting:
            if other.kind == "main":
                return Clash(other, same_person=False)
    return None
