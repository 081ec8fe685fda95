"""Every write of device control."""

from tenken.telemetry.device_control.operations.devices import (
    DEVICE_ROUTE,
    DeviceData,
    apply_again,
    apply_for_device,
    change_device,
    decide_device,
    drop_application,
    register_device,
    return_device,
    withdraw_approval,
)
from tenken.telemetry.device_control.operations.handouts import hand_out, hand_out_all, target_of
from tenken.telemetry.device_control.operations.policy import (
    LineData,
    draft_policy,
    drop_draft,
    publish_policy,
    save_lines,
)
from tenken.telemetry.device_control.operations.remote import (
    RemoteData,
    record_remote_session,
    strike_remote_session,
)

__all__ = [
    "DEVICE_ROUTE",
    "DeviceData",
    "LineData",
    "RemoteData",
    "apply_again",
    "apply_for_device",
    "change_device",
    "decide_device",
    "draft_policy",
    "drop_application",
    "drop_draft",
    "hand_out",
    "hand_out_all",
    "publish_policy",
    "record_remote_session",
    "register_device",
    "return_device",
    "save_lines",
    "strike_remote_session",
    "target_of",
    "withdraw_approval",
]
