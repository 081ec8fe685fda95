"""What people type about auditors."""

from __future__ import annotations

from typing import Any

from django import forms

from tenken.audit.competence.kinds import qualification_kinds
from tenken.audit.models import AuditSettings
from tenken.web.audits.engagement_forms import Choices, ViewpointsForm, choose
from tenken.web.components.fields import CountField, EraDateField


class NewAuditorForm(forms.Form):
    """An employee, or somebody from outside."""

    person = forms.CharField(
        label="職員番号",
        required=False,
        max_length=20,
        help_text="職員のときだけ。氏名は職員の記録によります。",
    )
    name = forms.CharField(label="氏名（外部の人）", required=False, max_length=100)
    organization_name = forms.CharField(label="所属する団体（外部の人）", required=False, max_length=120)
    valid_from = EraDateField(label="開始日")
    valid_to = EraDateField(label="終了日", required=False)


class AuditorForm(forms.Form):
    """From when to when an auditor is called upon; of somebody from outside also who they are."""

    name = forms.CharField(label="氏名", max_length=100)
    organization_name = forms.CharField(label="所属する団体", max_length=120)
    valid_from = EraDateField(label="開始日")
    valid_to = EraDateField(
        label="終了日",
        required=False,
        help_text="この日からは任命できません。空けておくと、期限はありません。",
    )

    def __init__(self, *args: Any, outside: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not outside:
            del self.fields["name"]
            del self.fields["organization_name"]


class QualificationForm(forms.Form):
    kind = forms.ChoiceField(label="資格")
    kind_name = forms.CharField(
        label="資格の名称", required=False, max_length=120, help_text="「その他」のときだけ。"
    )
    issuing_body = forms.CharField(
        label="認定した団体", required=False, max_length=120, help_text="「その他」のときだけ。"
    )
    number = forms.CharField(label="登録番号", required=False, max_length=60)
    obtained_on = EraDateField(label="取得日")
    expires_on = EraDateField(label="有効期限", required=False)
    proof = forms.FileField(label="証明書", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = qualification_kinds().values()
        choose(self, "kind", [("", "選んでください"), *((one.code, one.name) for one in kinds)])


class ExperienceForm(forms.Form):
    what = forms.CharField(label="内容", max_length=200)
    auditing = forms.BooleanField(label="システム監査・セキュリティ監査の実務", required=False, initial=True)
    starts_on = EraDateField(label="開始日")
    ends_on = EraDateField(label="終了日", required=False, help_text="続いているときは空けておきます。")


class ConflictForm(forms.Form):
    unit = forms.TypedChoiceField(label="組織", required=False, coerce=int, empty_value=None)
    vendor = forms.CharField(
        label="事業者", required=False, max_length=120, help_text="組織か事業者のどちらか一つを入力します。"
    )
    reason = forms.CharField(label="理由", max_length=300)
    starts_on = EraDateField(label="開始日")
    ends_on = EraDateField(label="終了日", required=False)

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", [("", "（なし）"), *units])


class SettingsForm(ViewpointsForm):
    """監査の決まり."""

    independence_years = CountField(
        label="所属を離れてから監査できない年数",
        maximum=20,
        help_text="0とすると、いま所属または管理している課公所だけを監査できません。",
    )
    experience_instead_years = CountField(
        label="資格に代わる監査の実務経験（年）",
        required=False,
        maximum=20,
        help_text="空けておくと、資格のない人は主任監査人になれません。",
    )
    external_track = forms.ChoiceField(
        label="外部監査・共同監査の指摘への対応", choices=AuditSettings.Track.choices
    )

    field_order = ("independence_years", "experience_instead_years", "external_track", "viewpoints")
