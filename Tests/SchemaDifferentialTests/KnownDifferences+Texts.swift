extension KnownDifference {
    /// Text and its formats.
    static let texts = [
        KnownDifference(
            name: "Other spellings of a UUID", example: FieldSpec("string", [JSONMember("format", "uuid")]),
            cell: "{123e4567e89b12d3a456426614174000}", ours: ["type-error"], theirs: [],
            reason: "The standard: “a string that is a uuid”, which RFC 4122 writes in one way, 8-4-4-4-12 digits. "
                + "frictionless takes whatever Python makes a UUID of: one id would stand there in several spellings",
            explains: { $0.isTakenByThem && $0.isFormat("uuid") }),
        KnownDifference(
            name: "Characters that no URI has", example: FieldSpec("string", [JSONMember("format", "uri")]),
            cell: "http://example.com/a b", ours: ["type-error"], theirs: [],
            reason:
                "RFC 3986 has no spaces, control characters, or any of `\" < > \\ ^ { }`, the backquote and the vertical bar: such "
                + "an address breaks where it is used",
            explains: { difference in
                let barred = "\"<>\\^{}|` "
                return difference.isTakenByThem && difference.isFormat("uri")
                    && difference.has { barred.unicodeScalars.contains($0) || $0.value < 0x20 || $0.value == 0x7F }
            }),
        KnownDifference(
            name: "Web addresses without a host", example: FieldSpec("string", [JSONMember("format", "uri")]),
            cell: "http:///a", ours: ["type-error"], theirs: [],
            reason: "RFC 3986 allows it in general (`file:///a`), RFC 9110 forbids it in `http` and `https`",
            explains: { difference in
                difference.isTakenByThem && difference.isFormat("uri")
                    && difference.cell.lowercased().contains(
                        /^https?:(\/\/[:\/?#]|(?!\/\/)|\/\/$)/.matchingSemantics(.unicodeScalar))
            }),
        KnownDifference(
            name: "Addresses in other scripts", example: FieldSpec("string", [JSONMember("format", "email")]),
            cell: "太郎@example.jp", ours: [], theirs: ["type-error"],
            reason: "Valid since RFC 6531",
            explains: { difference in
                difference.isTakenByUs && difference.isFormat("email") && difference.has { !$0.isASCII }
            }),
        KnownDifference(
            name: "Addresses that only look like some", example: FieldSpec("string", [JSONMember("format", "email")]),
            cell: "a@xn--r8jz45g.jp\u{200B}", ours: ["type-error"], theirs: [],
            reason:
                "Hidden characters, spaces, and digits in the last part of a domain are no part of any address; with "
                + "a domain in another script frictionless does not look",
            explains: { difference in
                difference.isTakenByThem && difference.isFormat("email")
                    && (difference.has { !$0.isASCII } || difference.cell.contains("xn--"))
            }),
        KnownDifference(
            name: "A line break after what matches",
            example: FieldSpec("string", constraints: [JSONMember("pattern", "[a-z]+")]), cell: "abc\n",
            ours: ["constraint-error"], theirs: [],
            reason: "A pattern has to match the whole value. Python's `$` also matches before a line break at the end",
            explains: { difference in
                difference.ours == ["constraint-error"] && difference.theirs.isEmpty
                    && difference.field?.constraints["pattern"] != nil && difference.cell.hasSuffix("\n")
            }),
        KnownDifference(
            name: "Alternatives in a pattern",
            example: FieldSpec("string", constraints: [JSONMember("pattern", "foo|bar")]), cell: "foolish",
            ours: ["constraint-error"], theirs: [],
            reason:
                "A pattern has to match the whole value. frictionless puts `^` and `$` around it, which bind to the "
                + "first and the last alternative only",
            explains: { difference in
                difference.ours == ["constraint-error"] && difference.theirs.isEmpty
                    && difference.pattern.contains("|") && !difference.pattern.contains("(")
            }),
        KnownDifference(
            name: "The underscore as a letter",
            example: FieldSpec("string", constraints: [JSONMember("pattern", "\\w+")]),
            cell: "a_b", ours: ["constraint-error"], theirs: [],
            reason:
                "In XML Schema's expressions `\\w` leaves punctuation out, and the underscore is some; in Python's it "
                + "is a letter",
            explains: { difference in
                difference.ours == ["constraint-error"] && difference.theirs.isEmpty
                    && difference.pattern.contains("\\w") && difference.cell.contains("_")
            }),
        KnownDifference(
            name: "Symbols and marks as letters",
            example: FieldSpec("string", constraints: [JSONMember("pattern", "\\w+")]), cell: "か\u{3099}=が", ours: [],
            theirs: ["constraint-error"],
            reason:
                "As above: `\\w` leaves out punctuation, separators and control characters, and nothing else; Python's "
                + "leaves out symbols and combining marks too",
            explains: { difference in
                difference.theirs == ["constraint-error"] && difference.ours.isEmpty
                    && difference.pattern.contains("\\w")
                    && difference.has { $0.properties.isMarkOrSymbol }
            }),
        KnownDifference(
            name: "White space beyond ASCII in a pattern",
            example: FieldSpec("string", constraints: [JSONMember("pattern", "\\S+")]), cell: "a\u{A0}b", ours: [],
            theirs: ["constraint-error"],
            reason:
                "In XML Schema's expressions `\\s` is a space, a tab or a line break; in Python's any white space. To "
                + "keep no-break spaces out, `normalize: [collapse_space]` makes them plain",
            explains: { difference in
                difference.theirs == ["constraint-error"] && difference.ours.isEmpty
                    && difference.pattern.lowercased().contains("\\s")
                    && difference.has { $0.properties.isWhitespace && !" \t\r\n".unicodeScalars.contains($0) }
            }),
        KnownDifference(
            name: "Carriage returns and a point in a pattern",
            example: FieldSpec("string", constraints: [JSONMember("pattern", "a.*")]), cell: "a\rb",
            ours: ["constraint-error"], theirs: [],
            reason: "In XML Schema's expressions a point is anything but a line break, and a carriage return is one",
            explains: { difference in
                difference.ours == ["constraint-error"] && difference.theirs.isEmpty
                    && difference.pattern.contains(".") && difference.cell.unicodeScalars.contains("\r")
            }),
        KnownDifference(
            name: "Base64 with other characters in it",
            example: FieldSpec("string", [JSONMember("format", "binary")]), cell: "YW Jj!", ours: ["type-error"],
            theirs: [],
            reason: "RFC 4648: characters that are not of the alphabet must be refused. Python drops them, and makes "
                + "bytes of nearly any text",
            explains: { $0.isTakenByThem && $0.isFormat("binary") }),
        KnownDifference(
            name: "Categories", example: FieldSpec("string", [JSONMember("categories", ["apple", "fig"])]),
            cell: "plum",
            ours: ["constraint-error"], theirs: [],
            reason: "The standard: a value must be one of them. frictionless does not read `categories`",
            explains: { difference in
                difference.ours == ["constraint-error"] && difference.theirs.isEmpty
                    && difference.field?.members["categories"] != nil
            }),
    ]

    /// Lists.
    static let lists = [
        KnownDifference(
            name: "Nothing between two delimiters",
            example: FieldSpec("list", [JSONMember("itemType", "integer")]), cell: "1,,2,", ours: [],
            theirs: ["type-error"],
            reason: "The standard is silent. A comma too many is a slip of the finger, and no item",
            explains: { $0.isTakenByUs && $0.field?.type == "list" && $0.hasBlankItem }),
        KnownDifference(
            name: "Nothing between two delimiters, counted",
            example: FieldSpec("list", constraints: [JSONMember("minLength", 2)]), cell: ",a",
            ours: ["constraint-error"], theirs: [],
            reason: "As above: what is no item does not count towards `minLength` or `maxLength`",
            explains: { difference in
                let codes = [difference.ours, difference.theirs]
                return difference.field?.type == "list" && difference.hasBlankItem && codes.contains([])
                    && codes.contains(["constraint-error"])
            }),
    ]

    /// What a spreadsheet brings along.
    static let sheets = [
        KnownDifference(
            name: "A spreadsheet's own errors", example: FieldSpec("string"), cell: "#N/A", ours: ["cell-error"],
            theirs: [],
            reason: "A formula failed: that text is no value of anything. `#REF!`, `#DIV/0!` and the others likewise",
            explains: { $0.ours == ["cell-error"] }),
        KnownDifference(
            name: "A blank cell where `missingValues` leaves the empty text out",
            example: FieldSpec("integer", [JSONMember("missingValues", ["-"])]), cell: "", ours: [],
            theirs: ["type-error"],
            reason: "The standard: only what is listed is missing, so a blank cell is an empty text. A sheet does not "
                + "tell an empty text from no text; in Sheaf a blank cell never has a value",
            explains: { difference in
                difference.cell.isEmpty && difference.ours.isSubset(of: ["constraint-error"])
                    && difference.leavesBlankOut
            }),
    ]

    /// Schemas that one side refuses.
    static let schemas = [
        KnownDifference(
            name: "An allowed value that the other constraints forbid",
            example: FieldSpec(
                "string", constraints: [JSONMember("enum", ["apple", "fig"]), JSONMember("minLength", 4)]),
            cell: "apple", ours: ["schema-error"], theirs: [],
            reason: "The standard lets it pass. Nobody could ever enter that value: one of the two is a mistake",
            explains: { difference in
                difference.ours == ["schema-error"] && difference.saysDeadValue
                    && difference.tableCase.fields.contains {
                        $0.restrictsTwice
                    }
            })
    ]
}

extension Disagreement {
    fileprivate var saysDeadValue: Bool {
        ["does not satisfy the other constraints", "is none of `categories`"].contains { words.contains($0) }
    }

    fileprivate var pattern: String {
        guard case .string(let pattern)? = field?.constraints["pattern"] else { return "" }
        return pattern
    }

    fileprivate var hasBlankItem: Bool { values.contains("") }

    /// Whether the field, or else the document, says what is missing, and does not name the empty text.
    fileprivate var leavesBlankOut: Bool {
        guard case .list(let entries)? = field?.members["missingValues"] ?? tableCase.members["missingValues"] else {
            return false
        }
        return !entries.contains { entry in
            if case .object(let members) = entry { return members["value"] == "" }
            return entry == ""
        }
    }
}

extension FieldSpec {
    /// Whether allowed values have to satisfy something else as well.
    fileprivate var restrictsTwice: Bool {
        constraints["enum"] != nil && constraints.count > 1 || members["categories"] != nil && !constraints.isEmpty
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isMarkOrSymbol: Bool {
        switch generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            true
        default: false
        }
    }
}
