"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_POLICY = capability("policy.view", "規程と点検項目を見る")
CHANGE_POLICY = capability("policy.change", "規程を改定する")
CHANGE_BANK = capability("policy.bank.change", "点検項目を変更する")
WRITE_PROCEDURE = capability("policy.procedure.write", "実施手順を作成する")
APPROVE_PROCEDURE = capability("policy.procedure.approve", "実施手順を承認する")
