"""Every write of the room."""

from tenken.policy.operations.adoption import Adopted, adopt_default_policy

__all__ = ["Adopted", "adopt_default_policy"]
