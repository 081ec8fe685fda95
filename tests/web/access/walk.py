"""One walk over every address and every API operation, for every kind of visitor; in shares, so that cores share it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import time_machine
from tests.factories import Scenario
from tests.web.access_table import PUBLIC, REST, SAME_FOR_ALL, TABLE, Outcome
from tests.web.policy_city import NOW
from tests.web.walking import (
    FOREIGN,
    INSIDE,
    OUTSIDE,
    SIGNED_OUT,
    World,
    api_address,
    make_world,
    page_address,
    visit,
)

from tenken.organization.access import principal_of
from tenken.organization.authentication import AccountBackend

SHARES = 4
_SHORT = {
    "bureau_manager": "bureau",
    "section_manager": "manager",
    "system_manager": "system",
    "network_manager": "network",
    "other_manager": "other",
    "foreign_secretariat": "f_secretariat",
    "foreign_manager": "f_manager",
}
_FEW = (SIGNED_OUT, "deputy", "secretariat", "foreign_manager")
_REACHED = frozenset({200, 302, 400, 409, 422})  # done, shown, or refused for what was sent


def faults_of(scenario: Scenario, share: int) -> list[str]:
    """Walk one of the ``SHARES`` of the table and return what came out otherwise than it says."""
    with time_machine.travel(NOW):
        world = make_world(scenario)
        with _visitors_known():
            return [fault for name in sorted(TABLE)[share::SHARES] for fault in _walk(world, name)]


@contextmanager
def _visitors_known() -> Iterator[None]:
    """Who a visitor is and what they hold is asked of the database once: whatever a visit changes is undone."""
    with (
        mock.patch.object(AccountBackend, "get_user", _asked_once(AccountBackend.get_user)),
        mock.patch("tenken.web.principal.principal_of", _asked_once(principal_of)),
    ):
        yield


def _asked_once(real: Callable[..., Any]) -> Callable[..., Any]:
    """Return *real* that answers the same question with a copy of what it said first: a view may change what it got."""
    answers: dict[Any, Any] = {}

    def answer(*asked: Any, **options: Any) -> Any:
        key = (*(one for one in asked if not isinstance(one, AccountBackend)), *sorted(options.items()))
        if key not in answers:
            answers[key] = real(*asked, **options)
        return copy.deepcopy(answers[key])

    return answer


def _walk(world: World, name: str) -> list[str]:
    place, methods = TABLE[name]
    faults = []
    for method, outcomes in methods.items():
        for where, outcome in zip((INSIDE, OUTSIDE), outcomes, strict=False):
            args = world.places[place][where]
            is_page = " " not in name
            url = page_address(name, args) if is_page else api_address(name.split(" ")[1], args)
            seen = False
            for visitor in _visitors(world, name, outcome):
                wanted = _expected(name, outcome, visitor)
                # Whoever may see it sees the same page but for some buttons: one draws it, and whoever is of another city.
                drawn = wanted == "ok" and (not seen or visitor in FOREIGN)
                found = visit(world, visitor, method, url, drawn=drawn)
                seen = seen or drawn
                if not _agrees(found, wanted):
                    faults.append(f"{method} {name} ({where}) as {visitor}: {found}, expected {wanted}")
    return faults


def _visitors(world: World, name: str, outcome: Outcome) -> tuple[str, ...]:
    if outcome == "405":
        return _FEW[1:3]
    same = isinstance(outcome, str) and name.startswith(SAME_FOR_ALL)
    return _FEW if same else tuple(world.clients)


def _expected(name: str, outcome: Outcome, visitor: str) -> str:
    if visitor == SIGNED_OUT:
        return "away" if name not in PUBLIC else str(outcome)
    if isinstance(outcome, str):
        return outcome
    short = _SHORT.get(visitor, visitor)
    for code, roles in outcome.items():
        if short in roles.split():
            return code
    return next(code for code, roles in outcome.items() if roles == REST)


def _agrees(found: int, wanted: str) -> bool:
    if wanted == "away":
        return found in (302, 401) or found == 405
    if wanted == "ok":
        return found in _REACHED
    return found == int(wanted)
