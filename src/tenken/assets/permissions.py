"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_ASSETS = capability("assets.view", "情報資産と情報システムの台帳を見る")
KEEP_ASSETS = capability("assets.keep", "所属の情報資産の台帳を付ける")
MANAGE_SYSTEMS = capability("assets.systems.manage", "情報システムの台帳を管理する")
