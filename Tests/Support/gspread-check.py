#!/usr/bin/env python3
"""Talks to a running emulator with gspread, and checks what a program that uses it would see.

    $(Tests/Support/python-environment.sh google-clients) Tests/Support/gspread-check.py http://127.0.0.1:8790 key.json
"""
import sys

import gspread
import gspread.client
import gspread.http_client
import gspread.urls
from discovery_check import Report, Witness
from google.oauth2.service_account import Credentials

BOOK = "recipe-category-1"
SCOPES = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"]
# gspread still sends a member of Drive's second version.
QUIRKS = ["drive.permissions.create request.withLink: the document has no such member"]
REPORT, WITNESS = Report(), Witness(QUIRKS)
check = REPORT.check


class WatchedClient(gspread.http_client.HTTPClient):
    def request(self, method, endpoint, params=None, data=None, json=None, files=None, headers=None):
        try:
            response = super().request(method, endpoint, params, data, json, files, headers)
        except gspread.exceptions.APIError as error:
            WITNESS.see(method.upper(), endpoint, json, error.response.status_code, error.response.json())
            raise
        answer = response.json() if "json" in response.headers.get("Content-Type", "") else None
        WITNESS.see(method.upper(), endpoint, json, response.status_code, answer)
        return response


def point_at(endpoint):
    """gspread writes Google's addresses into constants, which several modules have copies of."""
    for module in (gspread.urls, gspread.client, gspread.http_client, gspread.spreadsheet, gspread.worksheet):
        for name, value in list(vars(module).items()):
            if isinstance(value, str) and "googleapis.com" in value and name.isupper():
                address = value.replace("https://sheets.googleapis.com", endpoint)
                setattr(module, name, address.replace("https://www.googleapis.com", endpoint))


def check_values(sheet):
    sheet.update([["id", "name", "on"], [1, "one", "2024-01-02"], [2, "two", "=1/0"]], "A1",
                 value_input_option="USER_ENTERED")
    check("all values", sheet.get_all_values(), [["id", "name", "on"], ["1", "one", "2024-01-02"], ["2", "two", "#DIV/0!"]])
    check("all records", sheet.get_all_records()[0], {"id": 1, "name": "one", "on": "2024-01-02"})
    check("a cell", (sheet.acell("C2").value, sheet.acell("C3", value_render_option="FORMULA").value),
          ("2024-01-02", "=1/0"))
    sheet.append_rows([[3, "three"], [4, "four"]], table_range="A1")
    check("appended", sheet.col_values(1), ["id", "1", "2", "3", "4"])
    sheet.append_row([5, "five"], insert_data_option="INSERT_ROWS")
    check("one more", sheet.row_values(6), ["5", "five"])
    sheet.batch_update([{"range": "B2:B3", "values": [["ichi"], ["ni"]]}, {"range": "B4", "values": [["san"]]}])
    check("several ranges", sheet.batch_get(["B2:B3", "B4"]), [[["ichi"], ["ni"]], [["san"]]])
    sheet.batch_clear(["B5", "B6"])
    check("cleared", sheet.get("A5:B6"), [["4"], ["5"]])
    sheet.update_cell(5, 2, "yon")
    check("found", (sheet.find("yon").address, sheet.find("nothing")), ("B5", None))
    check("all found", [cell.address for cell in sheet.findall("3", in_column=1)], ["A4"])
    cells = sheet.range("A5:B6")
    for cell in cells:
        cell.value = cell.address
    sheet.update_cells(cells)
    check("cells", sheet.get("A5:B6"), [["A5", "B5"], ["A6", "B6"]])
    sheet.sort((2, "des"), range="A2:B6")
    check("sorted", sheet.col_values(2), ["name", "san", "ni", "ichi", "B6", "B5"])
    sheet.insert_rows([["x", "y"], ["z"]], row=2)
    check("inserted", sheet.get("A1:B4"), [["id", "name"], ["x", "y"], ["z"], ["3", "san"]])
    sheet.delete_rows(2, 3)
    check("deleted", sheet.get("A2:B2"), [["3", "san"]])
    sheet.copy_range("A1:B2", "E1")
    sheet.cut_range("E1:F2", "G1")
    check("copied and cut", (sheet.get("E1:F2"), sheet.get("G1:H2")), ([[]], [["id", "name"], ["3", "san"]]))


def check_looks(book, sheet):
    sheet.format("A1:C1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 1.0, "green": 0.9, "blue": 0.2}})
    sheet.update_note("A1", "read me")
    sheet.update_notes({"B2": "b", "C3": "c"})
    sheet.insert_note("D4", "d")
    check("notes", (sheet.get_note("A1"), sheet.get_note("D4"), sheet.get_note("E5")), ("read me", "d", ""))
    notes = [[note for note in row if note] for row in sheet.get_notes()]
    check("all notes", [row for row in notes if row], [["read me"], ["b"], ["c"], ["d"]])
    sheet.clear_note("D4")
    check("a note cleared", sheet.get_note("D4"), "")
    sheet.clear_notes(["B2", "C3"])
    sheet.merge_cells("I1:J2")
    check("merged", [m["endColumnIndex"] for m in book.fetch_sheet_metadata()["sheets"][sheet.index]["merges"]], [10])
    sheet.unmerge_cells("I1:J2")
    sheet.freeze(rows=1, cols=1)
    check("frozen", (sheet.frozen_row_count, sheet.frozen_col_count), (1, 1))
    sheet.resize(rows=50, cols=12)
    check("resized", (sheet.row_count, sheet.col_count), (50, 12))
    sheet.hide_columns(1, 3)
    sheet.unhide_columns(1, 3)
    sheet.columns_auto_resize(0, 2)
    sheet.update_tab_color("#ff8800")
    check("a tab's colour", sheet.get_tab_color(), "#FF8800")
    sheet.clear_tab_color()
    sheet.set_basic_filter("A1:C5")
    sheet.clear_basic_filter()
    sheet.add_validation("B2:B5", gspread.utils.ValidationConditionType.one_of_list, ["a", "b"], strict=True,
                         showCustomUi=True)
    sheet.hide_gridlines()
    check("no grid lines", sheet.is_gridlines_hidden, True)


def check_ranges(book, sheet):
    sheet.define_named_range("A1:B5", "Contract")
    names = book.list_named_ranges()
    check("a named range", [(name["name"], name["range"]["endRowIndex"]) for name in names], [("Contract", 5)])
    check("read by its name", book.values_get("Contract")["values"][0], ["id", "name"])
    sheet.delete_named_range(names[0]["namedRangeId"])
    check("no named range", book.list_named_ranges(), [])
    sheet.add_protected_range("A1:C1", [], description="header")
    ranges = book.list_protected_ranges(sheet.id)
    check("a protected range", [found["description"] for found in ranges], ["header"])
    sheet.delete_protected_range(ranges[0]["protectedRangeId"])
    check("no protected range", book.list_protected_ranges(sheet.id), [])


def check_tabs(book, sheet):
    other = book.add_worksheet("'it''s'! 試", rows=5, cols=4)
    other.update_acell("A1", "here")
    check("a tab with an odd title", book.worksheet("'it''s'! 試").acell("A1").value, "here")
    copy = book.duplicate_sheet(other.id, insert_sheet_index=0, new_sheet_name="copy")
    check("a copy", (copy.acell("A1").value, copy.index), ("here", 0))
    copy.update_title("renamed")
    check("a title", [tab.title for tab in book.worksheets()][0], "renamed")
    copy.hide()
    check("hidden", [tab.title for tab in book.worksheets(exclude_hidden=True)].count("renamed"), 0)
    copy.show()
    book.reorder_worksheets([sheet, copy, other])
    check("in order", [tab.title for tab in book.worksheets()][:2], [sheet.title, "renamed"])
    book.del_worksheet(copy)
    book.del_worksheet_by_id(other.id)
    check("by id", book.get_worksheet_by_id(sheet.id).title, sheet.title)
    try:
        book.worksheet("renamed")
        check("a tab that is gone", "found", "WorksheetNotFound")
    except gspread.WorksheetNotFound:
        pass
    try:
        book.add_worksheet(sheet.title, 1, 1)
        check("a title that is taken", "added", "refused")
    except gspread.exceptions.APIError as error:
        check("a title that is taken", (error.code, error.error["status"]), (400, "INVALID_ARGUMENT"))


def check_files(client):
    book = client.create("gspreadで作る")
    check("a new file", [found["name"] for found in client.list_spreadsheet_files() if found["id"] == book.id],
          ["gspreadで作る"])
    check("opened by its title", client.open("gspreadで作る").id, book.id)
    book.share("mate@test.iam.gserviceaccount.com", perm_type="user", role="writer", notify=False)
    check("shared", "mate@test.iam.gserviceaccount.com" in
          [found.get("emailAddress") for found in book.list_permissions()], True)
    client.del_spreadsheet(book.id)


def main(endpoint, key_file, *_):
    point_at(endpoint)
    credentials = Credentials.from_service_account_file(key_file, scopes=SCOPES)
    client = gspread.authorize(credentials, http_client=WatchedClient)
    book = client.open_by_key(BOOK)
    check("the samples", book.worksheets()[0].title, "レシピ分類")
    check("the locale", (book.locale, book.timezone), ("ja_JP", "Asia/Tokyo"))
    sheet = book.add_worksheet("試験", rows=100, cols=10)
    check_values(sheet)
    check_looks(book, sheet)
    check_ranges(book, sheet)
    check_tabs(book, sheet)
    book.update_title("別の名")
    check("another title", client.open_by_key(BOOK).title, "別の名")
    check_files(client)
    sys.exit(REPORT.end(WITNESS))


if __name__ == "__main__":
    main(*sys.argv[1:])
