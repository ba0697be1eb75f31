import Foundation
import HTTPTransfer

/// Many small spreadsheets of one dataset: what they hold, and how they are edited.
struct SheetFleet: Sendable {
    private static let columns = 8

    let count: Int
    let rows: Int

    var labels: Int { count * rows }

    /// The ids of the first `number` spreadsheets.
    func ids(first number: Int) -> [String] { (0..<number).map(Self.id) }

    private static func id(_ number: Int) -> String { "sheet-\(number + 1)" }

    /// Writes them into a folder, as the emulator loads it.
    func write(to folder: String) throws {
        struct Tab: Encodable {
            let title = BenchSheet.tab
            let sheetId = 0
            let file: String
        }
        struct Spreadsheet: Encodable {
            let id: String
            let tabs: [Tab]
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let ids = ids(first: count)
        for (number, id) in ids.enumerated() {
            let lines = (number * rows..<(number + 1) * rows).map { row in
                "\(row + 1),カレー,うどん,\(id),玉ねぎ 1/2個,弱火で10分煮る,salt & pepper,TRUE\n"
            }
            let text = "id,c1,c2,c3,c4,c5,c6,flag\n" + lines.joined()
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(id).csv"))
        }
        let index = ids.map { Spreadsheet(id: $0, tabs: [Tab(file: "\($0).csv")]) }
        try JSONEncoder().encode(index).write(to: URL(fileURLWithPath: "\(folder)/spreadsheets.json"))
    }

    /// Makes an empty store and the configuration of all of them.
    func makeStore(_ database: PrivateDatabase, _ emulator: EmulatorProcess, _ programs: Programs) async throws
        -> String
    {
        let store = try await database.create("bench_calls")
        try programs.folder.write(BenchSheet.schema(columns: Self.columns), to: "schema.yaml")
        let configuration = try programs.folder.write(
            BenchSheet.configuration(
                store: store, credentials: emulator.credentials, endpoint: emulator.endpoint,
                stateFolder: programs.folder.path("state"), spreadsheets: ids(first: count)), to: "sheaf.yaml")
        _ = try await programs.run(programs.sheaf, ["migrate", "--config", configuration], as: "migrate")
        return configuration
    }

    /// Changes one cell in each of the first `number` spreadsheets.
    func edit(first number: Int, _ client: SheetsClient) async throws {
        for id in ids(first: number) {
            try await client.edit(id, rows: [1]) { _ in "変更 \(number)" }
        }
    }
}

/// The emulator's counters of calls, by the method's name.
struct CallCounters: Sendable {
    private let http = HTTPClient()
    private let url: String

    init(endpoint: String) {
        url = "\(endpoint)/control/counters"
    }

    func reset() async throws {
        _ = try await send("DELETE")
    }

    func read() async throws -> [String: Int] {
        try JSONDecoder().decode([String: Int].self, from: try await send("GET"))
    }

    private func send(_ method: String) async throws -> Data {
        let request = HTTPRequest(method: method, url: url, label: "count calls")
        let response = try await http.send(request)
        try SheetsClient.check(response.head, request)
        return Data(response.body)
    }
}
