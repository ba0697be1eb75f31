internal import Foundation

/// What an export is: which labels of which version, in which files.
///
/// It tells nothing of when or where the export was made, so the same export is the same manifest.
package struct ExportManifest: Codable, Sendable, Equatable {
    /// The name and number of this format.
    package static let formatName = "sheaf-export-1"
    /// The file that it is in.
    package static let path = "manifest.json"

    /// One file of labels.
    package struct Part: Codable, Sendable, Equatable {
        /// Relative to the manifest.
        package var path: String
        /// The split that its labels are in; `nil` without splits.
        package var split: String?
        /// What its lines are: `labels`, or `gone` for the keys of labels that are not there any more.
        package var content: String
        package var rows: Int
        package var bytes: Int
        /// Of the file as it stands, in hexadecimal.
        package var sha256: String
        /// Of what is in it, if it is compressed.
        package var uncompressedBytes: Int?
        package var uncompressedSha256: String?
    }

    /// How labels are divided.
    package struct Split: Codable, Sendable, Equatable {
        package var shares: String
        package var salt: String
        package var by: String?
        package var only: String?
    }

    package var format: String
    /// What the export is known by: equal for equal bytes.
    package var identity: String
    package var dataset: String
    package var version: Int
    package var versionHash: String
    package var rootHash: String
    package var schemaHash: String
    /// UTC.
    package var publishedAt: String
    /// Labels that the version has.
    package var labels: Int
    /// Labels of it without any text any more, which no file has.
    package var leftOut: Int
    /// `ndjson` or `csv`.
    package var fileFormat: String
    /// `gzip`, if the files are compressed.
    package var compression: String?
    /// What becomes of formulas in CSV: `escape` or `keep`.
    package var formulas: String?
    package var columns: [String]?
    package var condition: String?
    package var split: Split?
    package var changedSince: Int?
    /// Labels in all parts.
    package var rows: Int
    /// Bytes of all parts.
    package var bytes: Int
    package var parts: [Part]

    /// As it is written.
    package func document() throws -> [UInt8] {
        try Self.encode(self)
    }

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(bytes))
    }
}
