#!/usr/bin/env python3
"""Talks to a running emulator with Google's own client, and checks what it answers.

    sheaf-emulator samples --out samples
    sheaf-emulator serve --load samples --port 8790 --service-account-out key.json
    $(Tests/Support/python-environment.sh google-clients) Tests/Support/google-client-check.py http://127.0.0.1:8790 key.json

The client builds its calls from the discovery documents that it ships with, so names, paths and parameters are
Google's and not ours; and every call and answer is held against the same documents. It edits the sheets: serve a copy
that may be thrown away.
"""
import json
import sys

from discovery_check import Report, Witness
from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

BOOK, TAB = "recipe-category-1", "レシピ分類"
SCOPES = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive.metadata.readonly"]
REPORT, WITNESS = Report(), Witness()
check = REPORT.check


class WatchedRequest(HttpRequest):
    def execute(self, *arguments, **options):
        body = json.loads(self.body) if self.body else None
        try:
            answer = super().execute(*arguments, **options)
        except HttpError as error:
            WITNESS.see(self.method, self.uri, body, error.resp.status, json.loads(error.content))
            raise
        WITNESS.see(self.method, self.uri, body, 200, answer)
        return answer


def service(name, version, endpoint, credentials):
    options = {"api_endpoint": endpoint + ("/drive/v3/" if name == "drive" else "/")}
    return build(name, version, credentials=credentials, client_options=options, static_discovery=True,
                 cache_discovery=False, requestBuilder=WatchedRequest)


def refusal(request):
    """The status and the message of a call that ought to be refused."""
    try:
        request.execute()
        return 200, ""
    except HttpError as error:
        return error.resp.status, error.reason


class Book:
    """One spreadsheet, with the calls that the checks make most."""

    def __init__(self, books, spreadsheet_id):
        self.books, self.id = books, spreadsheet_id

    def batch(self, *requests, **options):
        body = {"requests": list(requests), **options}
        return self.books.batchUpdate(spreadsheetId=self.id, body=body)

    def edit(self, *requests):
        return self.batch(*requests).execute()["replies"]

    def get(self, **options):
        return self.books.get(spreadsheetId=self.id, **options).execute()

    def read(self, range_, **options):
        return self.books.values().get(spreadsheetId=self.id, range=range_, **options).execute().get("values")

    def write(self, range_, values, option="USER_ENTERED", **options):
        return self.books.values().update(spreadsheetId=self.id, range=range_, valueInputOption=option,
                                          body={"values": values}, **options).execute()

    def notes(self, range_):
        sheets = self.get(ranges=[range_], fields="sheets.data.rowData.values.note")["sheets"]
        rows = sheets[0]["data"][0].get("rowData", [])
        return [[cell.get("note") for cell in row.get("values", [])] for row in rows]


def area(rows=None, columns=None, sheet=0):
    found = {"sheetId": sheet}
    if rows:
        found |= {"startRowIndex": rows[0], "endRowIndex": rows[1]}
    if columns:
        found |= {"startColumnIndex": columns[0], "endColumnIndex": columns[1]}
    return found


def span(dimension, start, end, sheet=0):
    return {"sheetId": sheet, "dimension": dimension, "startIndex": start, "endIndex": end}


def check_samples(books, files):
    book = books.get(spreadsheetId=BOOK, fields="sheets.properties,properties.timeZone").execute()
    properties = book["sheets"][0]["properties"]
    check("the first tab", (properties["sheetId"], properties["index"], "hidden" in properties), (0, 0, False))
    check("the time zone", book["properties"]["timeZone"], "Asia/Tokyo")
    header = books.values().get(spreadsheetId=BOOK, range=f"'{TAB}'!1:1").execute()
    check("the header", header["values"][0][:3], ["レシピID", "タイトル", "材料"])
    version = int(files.get(fileId=BOOK, fields="version").execute()["version"])
    Book(books, BOOK).edit({"addSheet": {"properties": {"title": "試験", "sheetId": 7}}})
    Book(books, BOOK).edit({"deleteSheet": {"sheetId": 7}})
    after = int(files.get(fileId=BOOK, fields="version").execute()["version"])
    check("the version grows", after > version, True)
    check("no such spreadsheet", refusal(books.get(spreadsheetId="nothing"))[0], 404)


def check_create(books):
    made = books.create(body={
        "properties": {"title": "作った表", "locale": "ja_JP", "timeZone": "Asia/Tokyo"},
        "sheets": [
            {"properties": {"title": "一", "gridProperties": {"rowCount": 20, "columnCount": 6, "frozenRowCount": 1}},
             "data": [{"startRow": 1, "rowData": [{"values": [
                 {"userEnteredValue": {"numberValue": 0.5}, "note": "half",
                  "userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}}]}]}]},
            {"properties": {"title": "it's 二", "hidden": True}},
        ]}).execute()
    first, second = (sheet["properties"] for sheet in made["sheets"])
    check("the tabs that were made", (first["title"], second["title"], second["hidden"]), ("一", "it's 二", True))
    check("the grid", first["gridProperties"], {"rowCount": 20, "columnCount": 6, "frozenRowCount": 1})
    check("no cells without asking", "data" in made["sheets"][0], False)
    book = Book(books, made["spreadsheetId"])
    check("cells that it was made with", book.read("一"), [[], ["50%"]])
    check("a hidden tab is read by its quoted title", book.read("'it''s 二'!A1"), None)
    return book


def check_values(book):
    typed = [["k", "d", "n"], ["b", "2024-01-02", "12.5%"], ["a", "=4/2", "1,234"], ["c", True, "=NA()"]]
    written = book.write("一!A1", typed, includeValuesInResponse=True, responseValueRenderOption="UNFORMATTED_VALUE")
    check("cells written", (written["updatedRange"], written["updatedCells"]), ("'一'!A1:C4", 12))
    check("values told back", written["updatedData"]["values"][1], ["b", 45293, 0.125])
    check("formatted", book.read("一!A2:C4"), [["b", "2024-01-02", "12.50%"], ["a", "2", "1,234"],
                                              ["c", "TRUE", "#N/A"]])
    check("formulas", book.read("一!B3:C4", valueRenderOption="FORMULA"), [["=4/2", 1234], [True, "=NA()"]])
    check("dates as text", book.read("一!B2:C2", valueRenderOption="UNFORMATTED_VALUE",
                                     dateTimeRenderOption="FORMATTED_STRING"), [["2024-01-02", 0.125]])
    check("by columns", book.read("一!A1:B2", majorDimension="COLUMNS"), [["k", "b"], ["d", "2024-01-02"]])
    check("open ranges", [book.read(name) for name in ("一!A3:A", "一!2:2", "一!A:A")],
          [[["a"], ["c"]], [["b", "2024-01-02", "12.50%"]], [["k"], ["b"], ["a"], ["c"]]])
    values = book.books.values()
    several = values.batchGet(spreadsheetId=book.id, ranges=["一!A1:A2", "一!F1:F2"]).execute()["valueRanges"]
    check("a blank range", several[1], {"range": "'一'!F1:F2", "majorDimension": "ROWS"})
    both = values.batchUpdate(spreadsheetId=book.id, body={
        "valueInputOption": "RAW", "includeValuesInResponse": True,
        "data": [{"range": "一!E1:E2", "majorDimension": "COLUMNS", "values": [["=1", None]]},
                 {"range": "一!F1", "values": [[""]]}]}).execute()
    check("counts of a batch", (both["totalUpdatedSheets"], both["totalUpdatedCells"], len(both["responses"])), (1, 2, 2))
    added = values.append(spreadsheetId=book.id, range="一!A1", valueInputOption="RAW",
                          insertDataOption="INSERT_ROWS", body={"values": [["z"], ["y"]]}).execute()
    check("appended at", (added["tableRange"], added["updates"]["updatedRange"]), ("'一'!A1:C4", "'一'!A5:A6"))
    rows = book.get(fields="sheets.properties.gridProperties.rowCount")["sheets"][0]["properties"]["gridProperties"]
    check("rows were inserted", rows["rowCount"], 22)
    cleared = values.clear(spreadsheetId=book.id, range="一!A5:A6").execute()
    check("cleared", cleared["clearedRange"], "'一'!A5:A6")
    cleared = values.batchClear(spreadsheetId=book.id, body={"ranges": ["一!E1", "一!F1"]}).execute()
    check("cleared together", cleared["clearedRanges"], ["'一'!E1", "'一'!F1"])
    check("what is left", book.read("一!A5:F"), None)


def check_cells(book):
    two = {"rows": [{"values": [{"note": "one"}, {"note": "two"}]}], "fields": "note"}
    book.edit({"updateCells": two | {"start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 0}}})
    book.edit({"updateCells": two | {"start": {"sheetId": 0, "rowIndex": 3, "columnIndex": 1}}})
    check("notes", book.notes("一!A2:C4"), [["one", "two", None], [None, None, None], [None, "one", "two"]])
    one = {"rows": [{"values": [{"note": "new"}]}], "fields": "note"}
    book.edit({"updateCells": one | {"range": area((1, 3), (0, 3))}})
    check("a range wider than its rows clears what they do not cover", book.notes("一!A2:C2"), [["new", None, None]])
    yellow = {"red": 1, "green": 1}
    book.edit({"repeatCell": {"range": area((1, 4), (2, 3)), "cell": {"userEnteredFormat": {"backgroundColor": yellow}},
                              "fields": "userEnteredFormat.backgroundColor"}},
              {"repeatCell": {"range": area((1, 2), (1, 2)), "fields": "userEnteredFormat.numberFormat", "cell": {
                  "userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "m月d日"}}}}})
    check("a date by its format", book.read("一!B2"), [["1月2日"]])
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "和食"}, {"userEnteredValue": "洋食"}]},
            "strict": True, "showCustomUi": True, "inputMessage": "選ぶ"}
    book.edit({"setDataValidation": {"range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 0,
                                               "endColumnIndex": 1}, "rule": rule}})
    fields = ("sheets(properties(sheetId,title),data(startRow,startColumn,rowData.values(formattedValue,effectiveValue,"
              "userEnteredValue,note,effectiveFormat.backgroundColor,dataValidation)))")
    data = book.get(ranges=["一!A2:C4"], fields=fields)["sheets"][0]["data"][0]
    cells = data["rowData"][0]["values"]
    check("where the data begins", (data["startRow"], "startColumn" in data), (1, False))
    check("a dropdown and a note", (cells[0]["dataValidation"], cells[0]["note"]), (rule, "new"))
    check("a colour", cells[2]["effectiveFormat"], {"backgroundColor": yellow})
    check("a formula's values", (data["rowData"][1]["values"][1]["userEnteredValue"],
                                 data["rowData"][1]["values"][1]["effectiveValue"]),
          ({"formulaValue": "=4/2"}, {"numberValue": 2}))
    check("an error", data["rowData"][2]["values"][2]["effectiveValue"]["errorValue"]["type"], "N_A")
    book.edit({"setDataValidation": {"range": area()}})
    whole = book.get(includeGridData=True)["sheets"][0]["data"][0]
    check("no rule clears", any("dataValidation" in cell for row in whole["rowData"] for cell in row.get("values", [])),
          False)
    check("rows and columns", (len(whole["rowMetadata"]), len(whole["columnMetadata"])), (22, 6))
    book.edit({"appendCells": {"sheetId": 0, "fields": "userEnteredValue",
                               "rows": [{"values": [{"userEnteredValue": {"stringValue": "appended"}}]}]}})
    check("appended cells", book.read("一!A5:A5"), [["appended"]])
    book.edit({"updateBorders": {"range": area((0, 1)), "bottom": {"style": "SOLID"}}})


def check_rows(book):
    lookup = {"developerMetadataLookup": {"metadataKey": "row"}}
    tag = {"metadataKey": "row", "metadataValue": "b", "visibility": "DOCUMENT",
           "location": {"dimensionRange": span("ROWS", 1, 2)}}
    made = book.edit({"createDeveloperMetadata": {"developerMetadata": tag}})[0]["createDeveloperMetadata"]
    check("a tag", made["developerMetadata"]["location"]["locationType"], "ROW")
    tag_id = made["developerMetadata"]["metadataId"]
    book.edit({"addNamedRange": {"namedRange": {"name": "Contract", "range": area((1, 4), (0, 3))}}},
              {"insertDimension": {"range": span("ROWS", 1, 3), "inheritFromBefore": True}})
    check("a named range moves, and can be read", book.read("Contract")[0][0], "b")
    metadata = book.books.developerMetadata()
    moved = metadata.get(spreadsheetId=book.id, metadataId=tag_id).execute()
    check("a tag moves with its row", moved["location"]["dimensionRange"]["startIndex"], 3)
    found = book.books.getByDataFilter(spreadsheetId=book.id, body={"dataFilters": [lookup], "includeGridData": True})
    check("the row behind a tag", found.execute()["sheets"][0]["data"][0]["startRow"], 3)
    values = book.books.values().batchGetByDataFilter(spreadsheetId=book.id, body={"dataFilters": [lookup]}).execute()
    check("the values behind a tag", values["valueRanges"][0]["valueRange"]["values"][0][0], "b")
    check("notes move with their rows", book.notes("一!A4:A4"), [["new"]])
    book.edit({"updateDeveloperMetadata": {"dataFilters": [lookup], "fields": "metadataValue",
                                           "developerMetadata": {"metadataValue": "changed"}}},
              {"moveDimension": {"source": span("ROWS", 3, 4), "destinationIndex": 6}},
              {"deleteDimension": {"range": span("ROWS", 1, 3)}})
    check("rows as they stand", book.read("一!A1:A5"), [["k"], ["a"], ["c"], ["b"], ["appended"]])
    hits = metadata.search(spreadsheetId=book.id, body={"dataFilters": [lookup]}).execute()["matchedDeveloperMetadata"]
    check("searching tags", (hits[0]["developerMetadata"]["metadataValue"],
                             hits[0]["developerMetadata"]["location"]["dimensionRange"]["startIndex"]), ("changed", 3))
    book.edit({"sortRange": {"range": area((1, 4), (0, 3)), "sortSpecs": [{"dimensionIndex": 0}]}})
    check("sorted", book.read("一!A2:A4"), [["a"], ["b"], ["c"]])
    check("notes are sorted with their cells", book.notes("一!A2:A4"), [[None], ["new"], [None]])
    book.edit({"deleteDimension": {"range": span("ROWS", 3, 4)}})
    gone = metadata.search(spreadsheetId=book.id, body={"dataFilters": [lookup]}).execute()
    check("a tag goes with its row", gone, {})
    whole = {"metadataKey": "row", "visibility": "PROJECT", "location": {"spreadsheet": True}}
    book.edit({"createDeveloperMetadata": {"developerMetadata": whole}})
    check("a tag on the spreadsheet", book.get(fields="developerMetadata(metadataKey,location)")["developerMetadata"],
          [{"metadataKey": "row", "location": {"locationType": "SPREADSHEET", "spreadsheet": True}}])
    deleted = book.edit({"deleteDeveloperMetadata": {"dataFilter": lookup}})[0]["deleteDeveloperMetadata"]
    check("tags deleted", len(deleted["deletedDeveloperMetadata"]), 1)
    book.edit({"updateDimensionProperties": {"range": span("COLUMNS", 0, 1), "fields": "pixelSize,hiddenByUser",
                                             "properties": {"pixelSize": 240, "hiddenByUser": True}}},
              {"autoResizeDimensions": {"dimensions": span("COLUMNS", 1, 2)}},
              {"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 2}})
    columns = book.get(fields="sheets.data.columnMetadata", ranges=["一"])["sheets"][0]["data"][0]["columnMetadata"]
    check("columns", (columns[0], len(columns)), ({"hiddenByUser": True, "pixelSize": 240}, 8))
    named = book.get(fields="namedRanges")["namedRanges"][0]
    check("the named range", named["range"], {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0,
                                              "endColumnIndex": 3})
    book.edit({"updateNamedRange": {"namedRange": {"namedRangeId": named["namedRangeId"], "name": "Other"},
                                    "fields": "name"}})
    check("another name", book.get(fields="namedRanges.name")["namedRanges"], [{"name": "Other"}])
    book.edit({"deleteNamedRange": {"namedRangeId": named["namedRangeId"]}})
    check("no names", book.get(fields="namedRanges"), {})


def check_pasting(book):
    book.write("一!A10:B11", [["x1", "x2"], ["y1", "y2"]])
    book.edit({"copyPaste": {"source": area((9, 11), (0, 2)), "destination": area((12, 16), (0, 2)),
                             "pasteType": "PASTE_NORMAL"}})
    check("copied twice", book.read("一!A13:B16"), [["x1", "x2"], ["y1", "y2"], ["x1", "x2"], ["y1", "y2"]])
    book.edit({"cutPaste": {"source": area((12, 14), (0, 2)), "pasteType": "PASTE_NORMAL",
                            "destination": {"sheetId": 0, "rowIndex": 12, "columnIndex": 3}}})
    check("cut", book.read("一!A13:E14"), [["", "", "", "x1", "x2"], ["", "", "", "y1", "y2"]])
    book.edit({"insertRange": {"range": area((9, 10), (0, 1)), "shiftDimension": "ROWS"}})
    check("shifted down", book.read("一!A10:B12"), [["", "x2"], ["x1", "y2"], ["y1"]])
    book.edit({"deleteRange": {"range": area((9, 10), (0, 1)), "shiftDimension": "ROWS"}})
    check("shifted up", book.read("一!A10:B11"), [["x1", "x2"], ["y1", "y2"]])
    replaced = book.edit({"findReplace": {"find": "^X", "replacement": "z", "searchByRegex": True, "allSheets": True}})
    check("replaced", replaced[0]["findReplace"], {"valuesChanged": 6, "rowsChanged": 3, "sheetsChanged": 1,
                                                   "occurrencesChanged": 6})
    book.edit({"mergeCells": {"range": area((9, 11), (0, 2)), "mergeType": "MERGE_ALL"}})
    check("merged cells keep the top left", book.read("一!A10:B11"), [["z1"]])
    check("merges", book.get(fields="sheets.merges", ranges=["一"])["sheets"][0]["merges"],
          [{"startRowIndex": 9, "endRowIndex": 11, "startColumnIndex": 0, "endColumnIndex": 2}])
    book.edit({"unmergeCells": {"range": area((9, 11), (0, 2))}})
    check("no merges", book.get(fields="sheets.merges", ranges=["一"]), {"sheets": [{}]})


def check_rules(book):
    rule = {"ranges": [area((1, 5))], "booleanRule": {
        "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$A2=\"\""}]},
        "format": {"backgroundColor": {"red": 1}}}}
    book.edit({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    rules = book.get(fields="sheets.conditionalFormats", ranges=["一"])["sheets"][0]["conditionalFormats"]
    check("a rule", (len(rules), rules[0]["booleanRule"]), (1, rule["booleanRule"]))
    other = rule | {"ranges": [area((1, 6))]}
    changed = book.edit({"updateConditionalFormatRule": {"index": 0, "rule": other}})[0]["updateConditionalFormatRule"]
    check("the rule before and after", (changed["oldRule"]["ranges"][0]["endRowIndex"],
                                        changed["newRule"]["ranges"][0]["endRowIndex"]), (5, 6))
    book.edit({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}})
    check("no rule", refusal(book.batch({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}}))[0], 400)
    book.edit({"setBasicFilter": {"filter": {"range": area((0, 5))}}})
    check("a filter", "basicFilter" in book.get(fields="sheets.basicFilter", ranges=["一"])["sheets"][0], True)
    book.edit({"clearBasicFilter": {"sheetId": 0}})


def check_protection(book, mate):
    """`mate` is the same spreadsheet, by an account that is no editor of what the first one protects."""
    given = {"range": area((0, 1)), "description": "header", "editors": {"users": []}}
    made = book.edit({"addProtectedRange": {"protectedRange": given}})[0]["addProtectedRange"]["protectedRange"]
    check("whoever protects may edit", made["requestingUserCanEdit"], True)
    refused = refusal(mate.batch({"updateCells": {"rows": [{"values": [{"note": "x"}]}], "fields": "note",
                                                  "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}}}))
    check("a protected cell", (refused[0], refused[1].startswith(
        "Invalid requests[0].updateCells: You are trying to edit a protected cell or object.")), (400, True))
    check("protected from values too", refusal(mate.books.values().clear(spreadsheetId=mate.id, range=f"{TAB}!A1"))[0], 400)
    check("what is not protected", mate.write(f"{TAB}!A2", [["a"]])["updatedCells"], 1)
    seen = mate.get(fields="sheets.protectedRanges", ranges=[TAB])["sheets"][0]["protectedRanges"][0]
    check("editors are for editors to see", ("editors" in seen, "requestingUserCanEdit" in seen), (False, False))
    warned = {"protectedRangeId": made["protectedRangeId"], "warningOnly": True}
    book.edit({"updateProtectedRange": {"protectedRange": warned, "fields": "warningOnly"}})
    check("only a warning", mate.write(f"{TAB}!A1", [["k"]])["updatedCells"], 1)
    book.edit({"deleteProtectedRange": {"protectedRangeId": made["protectedRangeId"]}})
    check("no protection", book.get(fields="sheets.protectedRanges", ranges=[TAB]), {"sheets": [{}]})


def check_tabs(book):
    reply = book.edit({"addSheet": {"properties": {"title": "状況", "tabColorStyle": {"rgbColor": {"red": 1}}}}})
    sheet = reply[0]["addSheet"]["properties"]["sheetId"]
    copy = book.edit({"duplicateSheet": {"sourceSheetId": 0, "insertSheetIndex": 1, "newSheetName": "写し"}})
    check("a copy", copy[0]["duplicateSheet"]["properties"]["index"], 1)
    check("the copy's cells", book.read("写し!A1"), book.read("一!A1"))
    book.edit({"updateSheetProperties": {"properties": {"sheetId": sheet, "title": "Status", "index": 0, "hidden": True},
                                         "fields": "title,index,hidden"}})
    titles = [tab["properties"]["title"] for tab in book.get(fields="sheets.properties.title")["sheets"]]
    check("tabs in order", titles, ["Status", "一", "写し", "it's 二"])
    taken = refusal(book.batch({"addSheet": {"properties": {"title": "一"}}}))
    check("a title that is taken", taken, (400, "Invalid requests[0].addSheet: A sheet with the name \"一\" already "
                                           "exists. Please enter another name."))
    copied = book.books.sheets().copyTo(spreadsheetId=book.id, sheetId=0,
                                        body={"destinationSpreadsheetId": book.id}).execute()
    check("a tab copied to a spreadsheet", copied["title"], "Copy of 一")
    book.edit({"updateSpreadsheetProperties": {"properties": {"title": "別の名"}, "fields": "title"}})
    check("another title", book.get(fields="properties.title")["properties"]["title"], "別の名")
    told = book.batch({"deleteSheet": {"sheetId": sheet}}, includeSpreadsheetInResponse=True).execute()
    check("the spreadsheet told back", len(told["updatedSpreadsheet"]["sheets"]), 4)


def check_refusals(book):
    check("no such tab", refusal(book.books.values().get(spreadsheetId=book.id, range="Nothing!A1")),
          (400, "Unable to parse range: Nothing!A1"))
    check("no such grid", refusal(book.batch({"repeatCell": {"range": {"sheetId": 99}, "cell": {}, "fields": "note"}})),
          (400, "Invalid requests[0].repeatCell: No grid with id: 99"))
    check("an unknown request", refusal(book.batch({"makeCoffee": {}})),
          (400, "Invalid JSON payload received. Unknown name \"makeCoffee\" at 'requests[0]': Cannot find field."))
    check("an unknown member", refusal(book.batch({"updateCells": {"ranges": {}}}))[1],
          "Invalid JSON payload received. Unknown name \"ranges\" at 'requests[0].update_cells': Cannot find field.")
    check("no fields", refusal(book.batch({"repeatCell": {"range": area(), "cell": {"note": "x"}}}))[0], 400)
    check("an unknown field", refusal(book.books.get(spreadsheetId=book.id, fields="sheets.nonsense"))[0], 400)
    before = book.read("一")
    refused = refusal(book.batch({"deleteDimension": {"range": span("ROWS", 0, 1)}}, {"deleteSheet": {"sheetId": 99}}))
    check("one invalid request", refused, (400, "Invalid requests[1].deleteSheet: No sheet with id: 99"))
    check("applies none", book.read("一"), before)


def main(endpoint, key_file, mate_file=None):
    def signed_in(file):
        credentials = Credentials.from_service_account_file(file, scopes=SCOPES)
        return service("sheets", "v4", endpoint, credentials).spreadsheets(), credentials

    books, credentials = signed_in(key_file)
    check_samples(books, service("drive", "v3", endpoint, credentials).files())
    book = check_create(books)
    for part in (check_values, check_cells, check_rows, check_pasting, check_rules):
        part(book)
    if mate_file:
        mates = signed_in(mate_file)[0]
        check("a new spreadsheet is its maker's alone", refusal(mates.get(spreadsheetId=book.id)),
              (403, "The caller does not have permission"))
        check_protection(Book(books, BOOK), Book(mates, BOOK))
    check_tabs(book)
    check_refusals(book)
    sys.exit(REPORT.end(WITNESS))


if __name__ == "__main__":
    main(*sys.argv[1:])
