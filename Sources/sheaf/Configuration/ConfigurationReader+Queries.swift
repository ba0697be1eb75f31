import Foundation
import LabelSchema
import LabelServer
import QueryUnload
import Yams

/// How queries of the Queuery protocol are run and served.
struct QueriesSettings: Sendable {
    /// A `mysql://` URL without a password: where queries run, as a user who may SELECT and no more.
    var url: String
    var line: Int
    var passwordFile: String?
    /// A folder, or the `s3://` address of a bucket and prefix.
    var place: Place
    var linkKeyFile: String?
    var limits = UnloadLimits()
    var service = QuerySettings()
    var readsBooleans = false
    var mayWrite = false
    var functions: [String] = []

    enum Place: Sendable, Equatable {
        case folder(String)
        case objects(String)
    }
}

extension ConfigurationReader {
    private static let queriesKeys = [
        "database", "password_file", "folder", "location", "link_key_file", "at_once", "waiting", "workers",
        "part_megabytes", "max_time", "max_rows", "max_megabytes", "keep", "links", "booleans", "may_write",
        "functions",
    ]

    /// Reads `queries`: whether tokens may send SELECTs, and what becomes of them.
    func queries(_ root: YAMLMapping) -> QueriesSettings? {
        guard let queries = root.mapping("queries", keys: Self.queriesKeys) else { return nil }
        let hint = "give the URL of a user who may SELECT and no more, such as mysql://sheaf_query@db.example/labels"
        let url = queries.requiredText("database", hint: hint)
        if let url, !url.hasPrefix("mysql://") {
            collector.note("`queries.database` must be a URL that begins with mysql://", at: queries["database"])
        }
        var settings = QueriesSettings(
            url: url ?? "", line: queries["database"]?.mark?.line ?? 0,
            passwordFile: queries.text("password_file").map(path), place: place(queries),
            linkKeyFile: queries.text("link_key_file").map(path))
        settings.limits.seconds = Int(
            bounded("max_time", queries, 1...86_400, default: .seconds(settings.limits.seconds)).components.seconds)
        settings.limits.rows = queries.number("max_rows", in: 1...Int.max) ?? settings.limits.rows
        settings.limits.bytes =
            (queries.number("max_megabytes", in: 1...100_000_000)).map { $0 << 20 } ?? settings.limits.bytes
        settings.limits.workers = queries.number("workers", in: 1...64) ?? settings.limits.workers
        settings.limits.partSize =
            (queries.number("part_megabytes", in: 1...4_096)).map { $0 << 20 } ?? settings.limits.partSize
        settings.service.atOnce = queries.number("at_once", in: 1...64) ?? settings.service.atOnce
        settings.service.waiting = queries.number("waiting", in: 1...10_000) ?? settings.service.waiting
        settings.service.keep = bounded("keep", queries, 60...2_592_000, default: settings.service.keep)
        // Seven days are what a presigned address of S3 lives at most.
        settings.service.linkLifetime = bounded("links", queries, 60...604_800, default: settings.service.linkLifetime)
        settings.readsBooleans = queries.flag("booleans", default: false)
        settings.mayWrite = queries.flag("may_write", default: false)
        settings.functions = queries.texts("functions") ?? []
        return settings
    }

    private func place(_ queries: YAMLMapping) -> QueriesSettings.Place {
        if let location = queries.text("location") {
            if queries["folder"] != nil {
                collector.note("`queries` must have a folder or a location, not both", at: queries["location"])
            }
            if !location.hasPrefix("s3://") {
                collector.note("`queries.location` must be such as s3://bucket/prefix", at: queries["location"])
            }
            return .objects(location)
        }
        return .folder(path(queries.text("folder") ?? ".sheaf/queries"))
    }

    private func bounded(
        _ key: String, _ queries: YAMLMapping, _ seconds: ClosedRange<Int>, default usual: Duration
    ) -> Duration {
        let duration = queries.duration(key, default: usual)
        if !seconds.contains(Int(duration.components.seconds)) {
            collector.note(
                "`queries.\(key)` must be from \(seconds.lowerBound)s to \(seconds.upperBound)s", at: queries[key])
        }
        return duration
    }
}
