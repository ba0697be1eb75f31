#!/usr/bin/env python3
"""Talks to a running emulator with Google's own client, and checks what it answers.

    python3 -m venv venv && venv/bin/pip install google-api-python-client google-auth
    sheaf-emulator samples --out samples
    sheaf-emulator serve --load samples --port 8790 --service-account-out key.json
    venv/bin/python google-client-check.py http://127.0.0.1:8790 key.json

The client builds its calls from the discovery documents that it ships with, so names, paths and parameters are
Google's and not ours. It edits the sheets: serve a copy that may be thrown away.
"""
import sys

from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

BOOK, TAB = "recipe-category-1", "レシピ分類"


def service(name, version, endpoint, credentials):
    options = {"api_endpoint": endpoint + ("/drive/v3/" if name == "drive" else "/")}
    return build(name, version, credentials=credentials, client_options=options, static_discovery=True,
                 cache_discovery=False)


def check(what, found, wanted):
    print(f"{'ok  ' if found == wanted else 'FAIL'} {what}")
    if found != wanted:
        print(f"     found  {found!r}\n     wanted {wanted!r}")
        check.failed = True


def status_of(request):
    try:
        request.execute()
        return 200
    except HttpError as error:
        return error.resp.status


def main(endpoint, key_file):
    scopes = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive.metadata.readonly"]
    credentials = Credentials.from_service_account_file(key_file, scopes=scopes)
    books = service("sheets", "v4", endpoint, credentials).spreadsheets()
    files = service("drive", "v3", endpoint, credentials).files()
    values = books.values()

    book = books.get(spreadsheetId=BOOK, fields="sheets.properties,properties.timeZone").execute()
    properties = book["sheets"][0]["properties"]
    check("the first tab", (properties["sheetId"], properties["index"], "hidden" in properties), (0, 0, False))
    check("the time zone", book["properties"]["timeZone"], "Asia/Tokyo")

    header = values.get(spreadsheetId=BOOK, range=f"'{TAB}'!1:1").execute()
    check("the header", header["values"][0][:3], ["レシピID", "タイトル", "材料"])
    version = int(files.get(fileId=BOOK, fields="version").execute()["version"])

    reply = books.batchUpdate(spreadsheetId=BOOK, body={"requests": [{"addSheet": {"properties": {"title": "試験"}}}]})
    sheet = reply.execute()["replies"][0]["addSheet"]["properties"]["sheetId"]
    rows = [["k", "d"], ["b", "2024-01-02"], ["a", "=4/2"], ["c", True]]
    written = values.update(spreadsheetId=BOOK, range="試験!A1", valueInputOption="USER_ENTERED", body={"values": rows})
    check("cells written", written.execute()["updatedCells"], 8)
    sort = {"range": {"sheetId": sheet, "startRowIndex": 1}, "sortSpecs": [{"dimensionIndex": 0}]}
    books.batchUpdate(spreadsheetId=BOOK, body={"requests": [{"sortRange": sort}]}).execute()
    read = values.batchGet(spreadsheetId=BOOK, ranges=["試験!A1:B9", "試験!D1:E2"],
                           valueRenderOption="UNFORMATTED_VALUE").execute()["valueRanges"]
    check("sorted and typed", read[0]["values"], [["k", "d"], ["a", 2], ["b", 45293], ["c", True]])
    check("a blank range", read[1], {"range": "'試験'!D1:E2", "majorDimension": "ROWS"})
    added = values.append(spreadsheetId=BOOK, range="試験!A1", valueInputOption="RAW", body={"values": [["z"]]})
    check("appended at", added.execute()["updates"]["updatedRange"], "'試験'!A5")
    after = int(files.get(fileId=BOOK, fields="version").execute()["version"])
    check("the version grows", after > version, True)
    books.batchUpdate(spreadsheetId=BOOK, body={"requests": [{"deleteSheet": {"sheetId": sheet}}]}).execute()

    check("no such spreadsheet", status_of(books.get(spreadsheetId="nothing")), 404)
    check("no such tab", status_of(values.get(spreadsheetId=BOOK, range="試験!A1")), 400)
    sys.exit(1 if getattr(check, "failed", False) else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
