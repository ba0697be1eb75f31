package import Digest
internal import LabelDiff
package import LabelSchema
internal import LabelStore
package import SheetSource

/// One sheet of a dataset, as configured.
package struct SheetDefinition: Sendable {
    package let reference: SheetReference
    /// How the store names it, for good: `google:SPREADSHEET/TAB`.
    package let location: String
    /// Who annotates it, where no column says so.
    package let annotator: String?
    /// Where its rows come from.
    package let reader: any SheetReader
    /// The file that the source's notices of change speak of; `nil` where it sends none.
    package let fileID: String?

    package init(
        reference: SheetReference, location: String, annotator: String?, reader: any SheetReader, fileID: String? = nil
    ) {
        self.fileID = fileID
        self.reference = reference
        self.location = location
        self.annotator = annotator
        self.reader = reader
    }

    /// What a person calls it before its title has been read.
    package var displayName: String { reference.tab ?? reference.spreadsheet }
}

/// A dataset as configured: its schema, its sheets, and how much one run may do without asking.
package struct DatasetDefinition: Sendable {
    package let name: String
    package let schema: LabelSchema
    package let schemaHash: SHA256Digest
    package let sheets: [SheetDefinition]
    package let guards: Guards
    /// The datasets that foreign keys point to; empty until they are resolved for a run.
    package internal(set) var references: [DatasetReference] = []
    /// The keys of the schema that more than one row is needed for.
    let constraints: TableConstraints

    package init(name: String, schema: LabelSchema, sheets: [SheetDefinition], guards: Guards) {
        self.name = name
        self.schema = schema
        self.sheets = sheets
        self.guards = guards
        var hasher = SHA256Hasher()
        hasher.update(schema.document)
        schemaHash = hasher.finish()
        constraints = TableConstraints(schema)
    }

    /// What beside its cells decides what a sheet's rows become: if it is unchanged and the cells are, so are the rows.
    package func inputFingerprint(of sheet: SheetDefinition) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update("sheaf-input-2\n")
        hasher.update(CanonicalLabel.formatName)
        hasher.update(schemaHash.bytes)
        hasher.update("\(sheet.reference.headerRow)\n\(sheet.reference.namedRange ?? "")")
        for reference in references { hasher.update("\n\(reference.record.name)@\(reference.version)") }
        return hasher.finish()
    }
}
