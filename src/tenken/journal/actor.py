"""Who did something, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Actor:
    """Who acts and from where. Codes, never keys: the row outlives the person's record.

    ``code``: 職員番号 or a name of the system's own ("system:demo"); ``channel``: web, api, cli or task;
    ``address``: the network address for web and api, '' otherwise.
    """

    code: str
    name: str
    channel: str = "cli"
    address: str = ""


class Acts(Protocol):
    """Anything that can tell which :class:`Actor` it is."""

    @property
    def actor(self) -> Actor: ...
