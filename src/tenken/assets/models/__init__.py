"""The ledgers: information assets (情報資産台帳) and information systems (情報システム台帳)."""

from tenken.assets.models.classes import Classification, Network, Storage
from tenken.assets.models.information import InformationAsset, InformationAssetQuerySet
from tenken.assets.models.systems import (
    InformationSystem,
    InformationSystemQuerySet,
    SystemOccurrence,
    SystemProduct,
)

__all__ = [
    "Classification",
    "InformationAsset",
    "InformationAssetQuerySet",
    "InformationSystem",
    "InformationSystemQuerySet",
    "Network",
    "Storage",
    "SystemOccurrence",
    "SystemProduct",
]
