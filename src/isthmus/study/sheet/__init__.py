"""The member sheet: what a study holds on one economy, on one page."""

from isthmus.study.sheet.made import Sheet, check_members, member_sheet, written_sheet

__all__ = ["Sheet", "check_members", "member_sheet", "written_sheet"]
