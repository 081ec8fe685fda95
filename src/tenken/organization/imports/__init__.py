"""The organisation and its people, in from a spreadsheet and out again: read → difference → apply.

file = read_organization_file("組織.xlsx", content)       Invalid: every problem with sheet, row and column
found = difference(by=by, file=file, on=date(2014, 4, 1))  what would be added and changed; nothing is written
apply_organization_file(by=by, file=file, on=…, shown=found.digest)
content = organization_workbook(by=by, on=…)               a file that comes back as 変更なし

The lists of April go the same way: read_reorganization_file → reorganization_difference → apply_reorganization_file
(組織改正一覧) and read_transfer_file → transfer_difference → apply_transfer_file (人事異動).
"""

from tenken.organization.imports.application import apply_organization_file
from tenken.organization.imports.differences import Change, Difference, difference
from tenken.organization.imports.list_exports import (
    appointments_csv,
    appointments_workbook,
    reorganization_form,
    reorganizations_workbook,
    transfer_form,
)
from tenken.organization.imports.reorganization_list import ReorganizationFile, read_reorganization_file
from tenken.organization.imports.reorganizations import (
    ReorganizationDifference,
    apply_reorganization_file,
    reorganization_difference,
)
from tenken.organization.imports.transfer_application import apply_transfer_file
from tenken.organization.imports.transfer_list import TransferFile, read_transfer_file
from tenken.organization.imports.transfers import TransferDifference, transfer_difference
from tenken.organization.imports.units_and_people import OrganizationFile, read_organization_file
from tenken.organization.imports.workbook import organization_workbook, people_csv, units_csv

__all__ = [
    "Change",
    "Difference",
    "OrganizationFile",
    "ReorganizationDifference",
    "ReorganizationFile",
    "TransferDifference",
    "TransferFile",
    "apply_organization_file",
    "apply_reorganization_file",
    "apply_transfer_file",
    "appointments_csv",
    "appointments_workbook",
    "difference",
    "organization_workbook",
    "people_csv",
    "read_organization_file",
    "read_reorganization_file",
    "read_transfer_file",
    "reorganization_difference",
    "reorganization_form",
    "reorganizations_workbook",
    "transfer_difference",
    "transfer_form",
    "units_csv",
]
