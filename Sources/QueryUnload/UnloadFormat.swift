/// What an unloaded file looks like inside.
package enum UnloadFormat: String, Sendable, CaseIterable {
    /// The protocol's CSV: every field in quotes, backslash escapes, no header; NULL and the empty string look alike.
    case queuery
    /// RFC 4180 with a header in each file: NULL is an empty field without quotes, the empty text one with quotes.
    case csv
    /// A JSON object a line; NULL is null.
    case ndjson

    /// The end of a file's name.
    package var suffix: String { self == .ndjson ? ".ndjson.gz" : ".csv.gz" }
}
