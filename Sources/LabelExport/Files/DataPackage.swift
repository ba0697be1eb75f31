internal import LabelSchema

/// The Data Package (https://datapackage.org, version 2) of an export: what `frictionless`, pandas and R open it by.
struct DataPackage {
    private let reading: LabelReading
    private let manifest: ExportManifest

    static let path = "datapackage.json"
    private static let labelsSchema = "tableschema.json"
    static let goneSchema = "tableschema-gone.json"

    init(_ reading: LabelReading, _ manifest: ExportManifest) {
        self.reading = reading
        self.manifest = manifest
    }

    /// The files that make it up, the descriptor last.
    func files() -> [(path: String, bytes: [UInt8])] {
        let mayLack = !reading.redacted.isEmpty
        var files = [(Self.labelsSchema, json(schema(reading.schema, reading.fields, mayLack: mayLack)))]
        if manifest.parts.contains(where: { $0.content == "gone" }) {
            files.append((Self.goneSchema, json(schema(reading.goneSchema, reading.goneKeyFields, mayLack: mayLack))))
        }
        return files + [(Self.path, json(descriptor))]
    }

    private func schema(_ schema: LabelSchema, _ fields: [LabelField], mayLack: Bool) -> LabelValue {
        let values: ExportedValues =
            reading.form.format == .csv ? .cells(escapesFormulas: reading.form.formulas == .escape) : .json
        return schema.exported(fields, values, mayLack: mayLack)
    }

    private var descriptor: LabelValue {
        var members: [String: LabelValue] = [
            "$schema": .string("https://datapackage.org/profiles/2.0/datapackage.json"),
            "name": .string(Self.name(manifest.dataset)),
            "title": .string(reading.schema.title),
            "version": .string("\(manifest.version)"),
            "created": .string(manifest.publishedAt.replacing(" ", with: "T").prefix(19) + "Z"),
            "sources": .list([
                .object([
                    "title": .string("\(manifest.dataset)@\(manifest.version), version hash \(manifest.versionHash)")
                ])
            ]),
            "resources": .list(resourceParts.map(resource)),
            "sheaf": .object([
                "dataset": .string(manifest.dataset), "version": .number("\(manifest.version)"),
                "version_hash": .string(manifest.versionHash), "root_hash": .string(manifest.rootHash),
                "schema_hash": .string(manifest.schemaHash), "manifest": .string(ExportManifest.path),
            ]),
        ]
        if let description = reading.schema.description { members["description"] = .string(description) }
        return .object(members)
    }

    /// Readers take a file of JSON without a line for a broken one; one that has nothing need not be opened.
    private var resourceParts: [ExportManifest.Part] {
        let filled = manifest.parts.filter { $0.rows > 0 || reading.form.format == .csv }
        return filled.isEmpty ? manifest.parts : filled
    }

    private func resource(_ part: ExportManifest.Part) -> LabelValue {
        let isGone = part.content == "gone"
        let file = part.path.split(separator: "/").last.map(String.init) ?? part.path
        var members: [String: LabelValue] = [
            "name": .string(String(file.prefix { $0 != "." }).lowercased()), "type": .string("table"),
            "path": .string(part.path), "format": .string(manifest.fileFormat),
            "mediatype": .string(reading.form.format == .csv ? "text/csv" : "application/x-ndjson"),
            "encoding": .string("utf-8"), "bytes": .number("\(part.bytes)"),
            "hash": .string("sha256:\(part.sha256)"),
            "schema": .string(isGone ? Self.goneSchema : Self.labelsSchema),
        ]
        if manifest.compression != nil { members["compression"] = .string("gz") }
        if reading.form.format == .ndjson {
            // Of what it is made of is known by the schema, not by what the first line happens to have.
            let fields = isGone ? reading.goneKeyFields : reading.fields
            members["dialect"] = .object([
                "json": .object([
                    "keyed": .boolean(true), "keys": .list(fields.map { .string($0.name) }),
                ])
            ])
        }
        return .object(members)
    }

    /// A name as Data Packages have them: small letters, digits and `-._`.
    private static func name(_ dataset: String) -> String {
        let kept = dataset.lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
                ? character : "-"
        }
        return String(kept)
    }

    private func json(_ value: LabelValue) -> [UInt8] {
        var bytes: [UInt8] = []
        value.appendJSON(to: &bytes)
        return bytes + [UInt8(ascii: "\n")]
    }
}
