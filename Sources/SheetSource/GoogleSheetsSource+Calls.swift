internal import HTTPTransfer
internal import Tabular

/// The calls that a read is made of.
extension GoogleSheetsSource {
    /// How long the ranges in one address may be: servers and proxies take no address of any length.
    static let maximumQueryBytes = 8_000

    private static let renderedAsStored: KeyValuePairs = [
        "majorDimension": "ROWS", "valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "SERIAL_NUMBER",
        "prettyPrint": "false",
    ]

    /// The version of the file, which grows with each change.
    ///
    /// - Throws: also `notShared`, which Drive does not tell from a file that is not there.
    func version(of spreadsheet: String) async throws(SheetError) -> String {
        let query = formEncoded(["fields": DriveFileFacts.fields, "supportsAllDrives": "true", "prettyPrint": "false"])
        do throws(SheetError) {
            let file = try await caller.json(
                DriveFileFacts.self,
                .init(
                    service: .drive,
                    url: "\(configuration.driveBase)/drive/v3/files/\(percentEncoded(spreadsheet))?\(query)",
                    label: "look at the version of \(spreadsheet)"))
            return try file.checkedVersion()
        } catch {
            if error.code == .spreadsheetNotFound { _ = try await facts(spreadsheet, []) }
            throw error
        }
    }

    /// What the spreadsheet and its tabs are.
    func facts(_ spreadsheet: String, _ tabs: [TabRead]) async throws(SheetError) -> SpreadsheetFacts {
        let withNamedRanges = tabs.contains { $0.request.sheet.namedRange != nil }
        let query = formEncoded([
            "fields": SpreadsheetFacts.fields(withNamedRanges: withNamedRanges), "prettyPrint": "false",
        ])
        return try await caller.json(
            SpreadsheetFacts.self,
            .init(
                service: .sheets, url: "\(spreadsheetURL(spreadsheet))?\(query)",
                label: "look at the tabs of \(spreadsheet)"))
    }

    /// Reads these tabs in one answer, or the one of them in windows.
    func values(of tabs: [TabRead], _ policy: RetryPolicy) async throws(SheetError) {
        guard tabs.count == 1, tabs[0].windowRows != nil else {
            return try await wholes(of: tabs, policy)
        }
        await tabs[0].begin()
        while tabs[0].isTaking, !tabs[0].isComplete {
            try await window(of: tabs[0], policy)
        }
    }

    private func wholes(of tabs: [TabRead], _ policy: RetryPolicy) async throws(SheetError) {
        var asked: [TabRead] = []
        try await caller.stream(.sheets, policy: policy) {
            asked = tabs.filter(\.isTaking)
            return valuesCall(asked, nil)
        } _: { body in
            for tab in asked { await tab.begin() }
            try await rows(of: body, nil, into: asked)
        }
    }

    /// Reads the next window.
    ///
    /// When its answer breaks off, what came of it stays, and the next attempt asks from the last row on that came.
    private func window(of tab: TabRead, _ policy: RetryPolicy) async throws(SheetError) {
        var window: ClosedRange<Int>?
        try await caller.stream(.sheets, policy: policy) {
            window = tab.beginWindow()
            return valuesCall([tab], window)
        } _: { body in
            try await rows(of: body, window, into: [tab])
        }
    }

    private func valuesCall(_ tabs: [TabRead], _ window: ClosedRange<Int>?) -> GoogleCaller.Call {
        let spreadsheet = tabs.first?.request.sheet.spreadsheet ?? ""
        let ranges = tabs.compactMap { $0.area?.range(window).description }
        let titles = tabs.compactMap(\.area).map { "'\($0.identity.title)'" }.joined(separator: ", ")
        return valuesCall(spreadsheet, ranges, Self.renderedAsStored, label: "read \(titles) of \(spreadsheet)")
    }

    func valuesCall(
        _ spreadsheet: String, _ ranges: [String], _ options: KeyValuePairs<String, String>, label: String
    ) -> GoogleCaller.Call {
        let query = (ranges.map { formEncoded(["ranges": $0]) } + [formEncoded(options)]).joined(separator: "&")
        return GoogleCaller.Call(
            service: .sheets, url: "\(spreadsheetURL(spreadsheet))/values:batchGet?\(query)", label: label)
    }

    private func rows(
        of body: HTTPBody, _ window: ClosedRange<Int>?, into tabs: [TabRead]
    ) async throws {
        do {
            var scanner = SheetsValuesScanner(ranges: tabs.compactMap { $0.area?.origin(window) })
            for try await chunk in body {
                try scanner.feed(chunk)
                while let rows = scanner.takeRows(atLeast: configuration.batchBytes) {
                    await tabs[rows.range].take(rows.batch)
                }
                // Nobody wants the rest.
                guard tabs.contains(where: \.isTaking) else { return }
            }
            let summaries = try scanner.finishAll()
            while let rows = scanner.takeRows() { await tabs[rows.range].take(rows.batch) }
            for (tab, bytes) in zip(tabs, scanner.bytesOfRanges) { tab.count(bytes: bytes) }
            for (tab, summary) in zip(tabs, summaries) { try tab.finish(summary, window) }
        } catch let error as ScanError {
            let code: SheetError.Code = error.code == .cutShort ? .cutShort : .malformedAnswer
            throw SheetError(code, "the answer with its values cannot be used: \(error)")
        }
    }

    func spreadsheetURL(_ spreadsheet: String) -> String {
        "\(configuration.sheetsBase)/v4/spreadsheets/\(percentEncoded(spreadsheet))"
    }
}
