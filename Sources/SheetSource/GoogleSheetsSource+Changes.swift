/// Drive's list of what changed among all files that the account can see.
///
/// A change says "maybe": versions move for changes nobody sees too. It never says that a label is gone: a file that was
/// removed or is out of reach is read again, and the read tells.
extension GoogleSheetsSource: ChangeSource {
    /// The account and the address: two accounts see different files, and a stand-in knows nothing of Google's tokens.
    package func feedName() async -> String {
        let account = await serviceAccountEmail() ?? "default"
        return String("google:\(account)@\(configuration.driveBase)".prefix(190))
    }

    package func startToken() async throws(SheetError) -> String {
        let query = formEncoded(["supportsAllDrives": "true", "prettyPrint": "false"])
        let answer = try await caller.json(
            StartPageTokenFacts.self,
            .init(
                service: .drive, url: "\(configuration.driveBase)/drive/v3/changes/startPageToken?\(query)",
                label: "begin to follow changes"))
        return answer.startPageToken
    }

    package func changes(since token: String) async throws(SheetError) -> ChangePage {
        let query = formEncoded([
            "pageToken": token, "pageSize": "1000", "supportsAllDrives": "true", "includeItemsFromAllDrives": "true",
            "includeRemoved": "true", "fields": ChangeListFacts.fields, "prettyPrint": "false",
        ])
        let call = GoogleCaller.Call(
            service: .drive, url: "\(configuration.driveBase)/drive/v3/changes?\(query)", label: "list what changed")
        let answer: ChangeListFacts
        do throws(SheetError) {
            answer = try await caller.json(ChangeListFacts.self, call)
        } catch {
            if error.code == .notShared {
                throw SheetError(
                    .signInRefused, "Google Drive does not let the account list changes",
                    hint: "give it the scopes \(configuration.scopes.joined(separator: " and "))")
            }
            // Whatever else a call of the same form every time may be refused for is said in other ways.
            guard error.code == .requestRefused || error.code == .spreadsheetNotFound else { throw error }
            throw SheetError(.changeTokenRejected, "Google Drive does not take the stored place in its list of changes")
        }
        return try answer.page()
    }
}

/// What `changes.getStartPageToken` says.
private struct StartPageTokenFacts: Decodable, Sendable {
    let startPageToken: String
}

/// What `changes.list` says.
private struct ChangeListFacts: Decodable, Sendable {
    struct Change: Decodable, Sendable {
        struct File: Decodable, Sendable {
            let version: String?
        }

        let fileId: String?
        let file: File?
    }

    let changes: [Change]?
    let nextPageToken: String?
    let newStartPageToken: String?

    static let fields = "nextPageToken,newStartPageToken,changes(fileId,removed,file(version))"

    /// The page; a file that stands in it twice is told once, as it was last.
    ///
    /// - Throws: `malformedAnswer` if it does not say where to go on: without that, what comes next would be lost.
    func page() throws(SheetError) -> ChangePage {
        guard let next = nextPageToken ?? newStartPageToken else {
            throw SheetError(.malformedAnswer, "Google Drive's list of changes does not say where it goes on")
        }
        var versions: [String: String?] = [:]
        var order: [String] = []
        for change in changes ?? [] {
            guard let id = change.fileId else { continue }
            if versions.updateValue(change.file?.version, forKey: id) == nil { order.append(id) }
        }
        return ChangePage(
            changes: order.map { FileChange(fileID: $0, version: versions[$0] ?? nil) }, nextToken: next,
            isLast: nextPageToken == nil)
    }
}
