/// Why a sheet could not be read: what is wrong, where, and what to do.
///
/// Holds no cell text and no secret.
package struct SheetError: Error, Sendable {
    /// A stable name for the reason.
    package enum Code: String, Sendable, CaseIterable {
        case credentialsMissing = "credentials-missing"
        case credentialsInvalid = "credentials-invalid"
        case signInRefused = "sign-in-refused"
        case apiDisabled = "api-disabled"
        case notShared = "not-shared"
        case spreadsheetNotFound = "spreadsheet-not-found"
        case spreadsheetTrashed = "spreadsheet-trashed"
        case notASpreadsheet = "not-a-spreadsheet"
        case unknownTab = "unknown-tab"
        case tabMadeAnew = "tab-made-anew"
        case tabNotGrid = "tab-not-grid"
        case unknownRange = "unknown-range"
        case quotaExceeded = "quota-exceeded"
        case unavailable
        case cutShort = "cut-short"
        case malformedAnswer = "malformed-answer"
        case requestRefused = "request-refused"
        case changedWhileReading = "changed-while-reading"
        case changeTokenRejected = "change-token-rejected"
        case csvNotReadable = "csv-not-readable"
        case csvMalformed = "csv-malformed"
        case consumerStopped = "consumer-stopped"
        case notWritable = "not-writable"
        case protectedCells = "protected-cells"
        case cancelled
    }

    package let code: Code
    /// The sheet that was being read; nil for what concerns them all.
    package var sheet: SheetReference?
    /// What was found, in words.
    package let detail: String
    /// What to do about it.
    package let hint: String
    /// The error that a `RowConsumer` threw, under `consumerStopped`.
    package let underlying: (any Error)?
    /// Whether the same read may well succeed later, with nobody doing anything.
    package let retryable: Bool
    /// Whether asking for less at once may help: it took too long, or broke off on the way.
    var mayBeTooMuch = false

    package init(
        _ code: Code, sheet: SheetReference? = nil, _ detail: String, hint: String? = nil,
        underlying: (any Error)? = nil, retryable: Bool? = nil
    ) {
        self.code = code
        self.sheet = sheet
        self.detail = detail
        self.hint = hint ?? code.hint
        self.underlying = underlying
        self.retryable = retryable ?? code.isTransient
    }

    /// Whether what the sheet holds is unknown now: its labels stay as they are, and deletes wait.
    ///
    /// False only where the read was called off from this side.
    package var isUnreadable: Bool { code != .cancelled && code != .consumerStopped }

    /// Whether every sheet of the same source fails for this reason, not this one alone.
    package var concernsEverySheet: Bool {
        switch code {
        case .credentialsMissing, .credentialsInvalid, .signInRefused, .apiDisabled: true
        default: false
        }
    }

    /// The same error, said of `sheet` if it was said of none.
    func about(_ sheet: SheetReference) -> SheetError {
        var error = self
        if error.sheet == nil, !concernsEverySheet { error.sheet = sheet }
        return error
    }
}

extension SheetError: CustomStringConvertible {
    package var description: String {
        let subject = sheet.map { "\($0): " } ?? ""
        return "\(subject)\(detail); \(hint)"
    }
}

extension SheetError.Code {
    /// Whether waiting may help.
    package var isTransient: Bool {
        switch self {
        case .quotaExceeded, .unavailable, .cutShort, .malformedAnswer, .changedWhileReading: true
        default: false
        }
    }

    /// What to do, where the place it happened at knows nothing better.
    var hint: String {
        switch self {
        case .credentialsMissing:
            "give a service account's key file under google.credentials, or in GOOGLE_APPLICATION_CREDENTIALS"
        case .credentialsInvalid: "download a new key for the service account and use that file as it is"
        case .signInRefused: "check that the service account exists and is enabled, and that its key was not revoked"
        case .apiDisabled: "enable the Google Sheets API and the Google Drive API in the service account's project"
        case .notShared: "share the spreadsheet with the account that reads it, as a viewer"
        case .spreadsheetNotFound: "check the id: it stands between /d/ and /edit in the spreadsheet's address"
        case .spreadsheetTrashed: "restore it from the bin, or take it out of the configuration"
        case .notASpreadsheet: "open it in Google Sheets and save it as a Google spreadsheet"
        case .unknownTab: "correct the tab's title in the configuration, or rename the tab"
        case .tabMadeAnew:
            "its labels stay; `sheaf sheet retire` gives the old tab up, and the new one takes its place"
        case .tabNotGrid: "give a tab that holds cells"
        case .unknownRange: "correct the range's name in the configuration, or define the range anew in the spreadsheet"
        case .quotaExceeded: "wait a minute, read less often, or ask for a higher quota"
        case .unavailable: "try again later"
        case .cutShort: "try again; nothing of the part that came was used"
        case .malformedAnswer: "check what answers at this address; a proxy or sign-in page may stand in between"
        case .requestRefused: "check the configuration of this sheet"
        case .changedWhileReading: "it will be read again in the next run, when nobody edits it just then"
        case .changeTokenRejected: "every sheet is read, and changes are followed from now on"
        case .csvNotReadable: "check the path and who may read it"
        case .csvMalformed: "correct that place, or save the file again as CSV in UTF-8"
        case .notWritable: "share the spreadsheet with the account that writes it, as an editor"
        case .protectedCells: "let the account that writes edit the protected range"
        case .consumerStopped, .cancelled: "nothing of it was used"
        }
    }
}
