"""The organisation and its people, in from a spreadsheet and out again: read → difference → apply.

file = read_organization_file("組織.xlsx", content)       Invalid: every problem with sheet, row and column
found = difference(by=by, file=file, on=date(2014, 4, 1))  what would be added and changed; nothing is written
apply_organization_file(by=by, file=file, on=…, shown=found.digest)
content = organization_workbook(by=by, on=…)               a file that comes back as 変更なし
"""

from tenken.organization.imports.application import apply_organization_file
from tenken.organization.imports.differences import Change, Difference, difference
from tenken.organization.imports.units_and_people import OrganizationFile, read_organization_file
from tenken.organization.imports.workbook import organization_workbook, people_csv, units_csv

__all__ = [
    "Change",
    "Difference",
    "OrganizationFile",
    "apply_organization_file",
    "difference",
    "organization_workbook",
    "people_csv",
    "read_organization_file",
    "units_csv",
]
