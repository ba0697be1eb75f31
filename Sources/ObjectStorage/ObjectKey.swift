/// The names of objects: what they may be, and how messages show them.
enum ObjectKey {
    /// How many bytes of UTF-8 S3 takes.
    static let longest = 1_024

    /// Refuses a key that cannot be stored, or not be asked for again.
    ///
    /// A segment `..` is refused though S3 takes it: what stands between here and the store resolves it as a path's, and
    /// then another object is meant, if not another bucket.
    static func check(_ key: String, in bucket: String) throws(ObjectStorageError) {
        let problem: String? =
            if key.isEmpty {
                "the object has no name"
            } else if key.utf8.count > longest {
                "the name has \(key.utf8.count) bytes"
            } else if key.utf8.contains(0) {
                "the name holds a NUL"
            } else if key.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) }) {
                "the name goes up by “..”"
            } else {
                nil
            }
        guard let problem else { return }
        throw ObjectStorageError(
            .invalid, "\(shown(key, in: bucket)): \(problem)",
            hint: "An object's name has 1 to \(longest) bytes, and none of its parts is “..”.")
    }

    /// The object as messages name it.
    static func shown(_ key: String, in bucket: String) -> String {
        key.isEmpty ? "s3://\(quoted(bucket))" : "s3://\(quoted(bucket))/\(quoted(key))"
    }

    /// A text with whatever could move a terminal's cursor made visible, and cut where it is long.
    static func quoted(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(300) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > 300 ? shown + "…" : shown
    }
}
