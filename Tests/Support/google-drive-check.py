#!/usr/bin/env python3
"""Talks to a running emulator's Drive API with Google's own client and with gspread, and checks what it answers.

    sheaf-emulator samples --out samples
    sheaf-emulator --load samples
    $(Tests/Support/python-environment.sh google-clients) Tests/Support/google-drive-check.py http://127.0.0.1:8790 service-account.json

The client builds its calls from the discovery documents that it ships with, so names, paths and parameters are
Google's and not ours. It makes files, and deletes them again.
"""
import json
import sys
import uuid

import gspread
from discovery_check import Report, Witness
from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

BOOK = "recipe-category-1"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
SCOPES = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"]
REPORT, WITNESS = Report(), Witness()
check = REPORT.check


class WatchedRequest(HttpRequest):
    """A call whose answer is held against the discovery document."""

    def execute(self, *arguments, **options):
        body = json.loads(self.body) if self.body else None
        try:
            answer = super().execute(*arguments, **options)
        except HttpError as error:
            WITNESS.see(self.method, self.uri, body, error.resp.status, json.loads(error.content))
            raise
        WITNESS.see(self.method, self.uri, body, 200, answer)
        return answer


def refusal(request):
    """The status and the reason with which a call is refused, as the client understands them."""
    try:
        request.execute()
        return None
    except HttpError as error:
        details = error.error_details
        reason = details[0].get("reason") if isinstance(details, list) and details else None
        return error.resp.status, reason


def follow(changes, token, **options):
    """All changes after a token, page by page as the documentation says, and the next token."""
    found, pages = [], 0
    while True:
        page = changes.list(pageToken=token, spaces="drive", includeItemsFromAllDrives=True, supportsAllDrives=True,
                            **options).execute()
        found += page.get("changes", [])
        pages += 1
        if "nextPageToken" not in page:
            return found, page["newStartPageToken"], pages
        token = page["nextPageToken"]


def check_files(drive):
    files = drive.files()
    made = files.create(body={"name": "試験 'one'", "mimeType": SPREADSHEET}, fields="*", supportsAllDrives=True).execute()
    check("a file made", (made["name"], made["mimeType"], made["ownedByMe"]), ("試験 'one'", SPREADSHEET, True))
    mine = made["id"]
    got = files.get(fileId=mine, fields="id,version,trashed,owners(emailAddress)", supportsAllDrives=True).execute()
    check("the version is text", (got["id"], got["version"], got["trashed"]), (mine, "1", False))
    listed = files.list(q=f"mimeType='{SPREADSHEET}' and name = '試験 \\'one\\'' and 'root' in parents and trashed = false",
                        orderBy="modifiedTime desc,name", fields="files(id),nextPageToken").execute()
    check("found by query", listed, {"files": [{"id": mine}]})
    copy = files.copy(fileId=mine, body={"name": "copy"}, fields="id").execute()["id"]
    request, names = files.list(pageSize=2, orderBy="name", fields="files(id,name),nextPageToken"), []
    while request is not None:
        answer = request.execute()
        names += [file["name"] for file in answer["files"]]
        request = files.list_next(request, answer)
    check("all pages", (len(names) == len(set(names)), {"copy", "試験 'one'"} <= set(names)), (True, True))
    check("renamed", files.update(fileId=mine, body={"name": "two"}, fields="name").execute(), {"name": "two"})
    check("trashed", files.update(fileId=mine, body={"trashed": True}, fields="trashed").execute(), {"trashed": True})
    check("deleted", [files.delete(fileId=id).execute() for id in (mine, copy)], ["", ""])
    check("gone", refusal(files.get(fileId=mine)), (404, "notFound"))
    check("no such field", refusal(files.list(fields="colour"))[0], 400)
    check("no such query", refusal(files.list(q="colour = 'red'")), (400, "invalid"))
    about = drive.about().get(fields="user/emailAddress").execute()
    check("about", "@" in about["user"]["emailAddress"], True)


def check_exports(files):
    text = files.export(fileId=BOOK, mimeType="text/csv").execute()
    check("exported", text.splitlines()[0].startswith("レシピID,タイトル".encode()), True)
    check("no such conversion", refusal(files.export(fileId=BOOK, mimeType="application/json")), (400, "badRequest"))


def check_changes(drive, sheets):
    changes, files = drive.changes(), drive.files()
    token = changes.getStartPageToken(supportsAllDrives=True).execute()["startPageToken"]
    check("nothing changed", follow(changes, token)[0], [])
    ids = [files.create(body={"name": f"n{n}", "mimeType": SPREADSHEET}, fields="id").execute()["id"] for n in range(5)]
    values = {"values": [["x"]]}
    for sheet in (ids[0], ids[1], ids[0]):
        sheets.values().update(spreadsheetId=sheet, range="A1", valueInputOption="RAW", body=values).execute()
    found, after, pages = follow(changes, token, pageSize=2, fields="nextPageToken,newStartPageToken,"
                                 "changes(fileId,removed,changeType,file(version,modifiedTime,trashed))")
    check("each file once", [change["fileId"] for change in found], [*ids[2:], ids[1], ids[0]])
    check("three pages", pages, 3)
    version = files.get(fileId=ids[0], fields="version").execute()["version"]
    check("the last version", found[-1]["file"]["version"], version)
    for sheet in ids:
        files.delete(fileId=sheet).execute()
    found, after, _ = follow(changes, after)
    check("removed", [(change["fileId"], change["removed"]) for change in found], [(id, True) for id in ids])
    check("not told again", follow(changes, after)[0], [])
    check("a token of nobody's", refusal(changes.list(pageToken="1")), (400, "invalid"))
    channel = changes.watch(pageToken=after, body={"id": str(uuid.uuid4()), "type": "web_hook", "token": "t",
                                                   "address": "https://127.0.0.1:9/hook"}).execute()
    check("a channel", (channel["kind"], channel["token"], int(channel["expiration"]) > 0), ("api#channel", "t", True))
    check("not unique", refusal(files.watch(fileId=BOOK, body={"id": channel["id"], "type": "web_hook",
                                                               "address": "https://127.0.0.1:9/hook"})),
          (400, "channelIdNotUnique"))
    stop = {"id": channel["id"], "resourceId": channel["resourceId"]}
    check("stopped", drive.channels().stop(body=stop).execute(), "")
    check("stopped before", refusal(drive.channels().stop(body=stop)), (404, "notFound"))


class LocalHTTPClient(gspread.HTTPClient):
    """gspread's client, whose addresses are written into it, sent to the emulator."""

    endpoint = ""

    def request(self, method, endpoint, *arguments, **options):
        for host in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
            endpoint = endpoint.replace(host, self.endpoint)
        return super().request(method, endpoint, *arguments, **options)


def check_gspread(credentials, endpoint):
    LocalHTTPClient.endpoint = endpoint
    client = gspread.Client(credentials, http_client=LocalHTTPClient)
    book = client.create("gspread の表")
    check("gspread opens by title", client.open("gspread の表").id, book.id)
    check("gspread lists", book.id in [file["id"] for file in client.list_spreadsheet_files()], True)
    book.sheet1.update([["a", "b"], [1, 2]], "A1")
    check("gspread exports", client.export(book.id, gspread.utils.ExportFormat.CSV), b"a,b\r\n1,2")
    book.share("other@example.com", perm_type="user", role="reader", notify=False)
    shared = {entry["emailAddress"]: entry["role"] for entry in book.list_permissions()}
    check("gspread shares", (shared.get("other@example.com"), "owner" in shared.values()), ("reader", True))
    book.remove_permissions("other@example.com")
    check("gspread unshares", len(book.list_permissions()), 1)
    check("gspread sees when it changed", book.get_lastUpdateTime().endswith("Z"), True)
    copy = client.copy(book.id, title="copy")
    check("gspread copies", copy.sheet1.get("A1:B2"), [["a", "b"], ["1", "2"]])
    for made in (book, copy):
        client.del_spreadsheet(made.id)
    try:
        client.open("gspread の表")
        check("gspread deletes", "found", "not found")
    except gspread.SpreadsheetNotFound:
        check("gspread deletes", "not found", "not found")


def main(endpoint, key_file, *_):
    credentials = Credentials.from_service_account_file(key_file, scopes=SCOPES)
    options = {"credentials": credentials, "static_discovery": True, "cache_discovery": False,
               "requestBuilder": WatchedRequest}
    drive = build("drive", "v3", client_options={"api_endpoint": endpoint + "/drive/v3/"}, **options)
    sheets = build("sheets", "v4", client_options={"api_endpoint": endpoint + "/"}, **options).spreadsheets()
    check_files(drive)
    check_exports(drive.files())
    check_changes(drive, sheets)
    check_gspread(credentials, endpoint)
    sys.exit(REPORT.end(WITNESS))


if __name__ == "__main__":
    main(*sys.argv[1:])
