extension KnownDifference {
    /// Numbers and years, which frictionless has Python read.
    static let numbers = [
        KnownDifference(
            name: "Spaces around a number", example: FieldSpec("integer"), cell: "42\u{A0}", ours: ["type-error"],
            theirs: [],
            reason: "The standard's form has none. Python strips them, no-break and full-width spaces too. Sheaf takes "
                + "them where the schema says so: `normalize: [trim]`",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("integer", "number", "year", "yearmonth", "geopoint")
                    && difference.has { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) }
            }),
        KnownDifference(
            name: "Underscores between digits", example: FieldSpec("number"), cell: "1_000.5", ours: ["type-error"],
            theirs: [], reason: "A habit of Python's. The standard has `groupChar` for it",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("integer", "number", "year", "yearmonth", "geopoint")
                    && difference.cell.contains("_")
            }),
        KnownDifference(
            name: "Digits of other scripts", example: FieldSpec("integer"), cell: "１２", ours: ["type-error"],
            theirs: [],
            reason:
                "The standard's digits are 0 to 9. Python takes any script's. Sheaf takes full-width ones where the "
                + "schema says so: `normalize: [nfkc]`",
            explains: { difference in
                let isText = difference.isFormat("uuid")
                return difference.isTakenByThem
                    && (isText || difference.isOf("integer", "number", "year", "yearmonth", "geopoint"))
                    && difference.has { !$0.isASCII && $0.properties.numericType == .decimal }
            }),
        KnownDifference(
            name: "Integers beyond 64 bits", example: FieldSpec("integer"), cell: "9223372036854775808",
            ours: ["type-error"], theirs: [],
            reason:
                "The standard sets no limit. Few programs that read labels hold a greater one, and none say so when "
                + "they do not",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("integer")
                    && difference.values.contains { $0.filter(\.isNumber).count >= 19 }
            }),
        KnownDifference(
            name: "Numbers beyond a binary64", example: FieldSpec("number"), cell: "1e400", ours: ["type-error"],
            theirs: [], reason: "As above: what reads labels would make it infinite",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("number")
                    && difference.values.contains { Double($0)?.isInfinite == true }
            }),
        KnownDifference(
            name: "NaN and infinity", example: FieldSpec("number"), cell: "NaN", ours: ["type-error"], theirs: [],
            reason:
                "The standard permits `NaN`, `INF` and `-INF` (frictionless also `sNaN`, `NaN1`, `Infinity`). Labels "
                + "are JSON, which has none of them; what is not a number is no label: name it in `missingValues`",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("number")
                    && ["nan", "inf"].contains { difference.cell.lowercased().contains($0) }
            }),
        KnownDifference(
            name: "Digits that a binary64 does not hold",
            example: FieldSpec("number", constraints: [JSONMember("exclusiveMinimum", .number("0.1"))]),
            cell: "0.1000000000000000055511151231257827", ours: ["constraint-error"], theirs: [],
            reason: "The standard says nothing of precision. Sheaf compares what it stores, frictionless decimals",
            explains: { difference in
                let codes = [difference.ours, difference.theirs]
                return difference.isOf("number") && codes.contains([]) && codes.contains(["constraint-error"])
                    && (difference.cell.filter(\.isNumber).count > 15 || Double(difference.cell) == 0)
            }),
        KnownDifference(
            name: "Group characters out of place", example: FieldSpec("number", [JSONMember("groupChar", ",")]),
            cell: "1,5", ours: ["type-error"], theirs: [],
            reason:
                "The standard: `groupChar` groups digits. frictionless deletes it wherever it stands, so that a comma "
                + "meant as a decimal point makes the number ten times as large, and nobody is told",
            explains: { difference in
                guard case .string(let group)? = difference.field?.members["groupChar"] else { return false }
                return difference.isTakenByThem && difference.cell.contains(group)
            }),
        KnownDifference(
            name: "A sign that does not stand before a number",
            example: FieldSpec("integer", [JSONMember("bareNumber", false)]),
            cell: "1-",
            ours: ["type-error"], theirs: [],
            reason:
                "The standard: what is not of the number goes. But a sign is, and accounts put it behind: frictionless "
                + "makes it 1",
            explains: { difference in
                difference.isTakenByThem && difference.field?.members["bareNumber"] == false
                    && difference.cell.contains(/[-+](?![\d.])/.matchingSemantics(.unicodeScalar))
            }),
        KnownDifference(
            name: "The year 0", example: FieldSpec("year"), cell: "0000", ours: ["type-error"], theirs: [],
            reason: "XML Schema's `gYear`, which the standard names, has no year 0",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("year", "yearmonth") && difference.cell.hasPrefix("0000")
            }),
        KnownDifference(
            name: "Years with a plus sign", example: FieldSpec("year"), cell: "+999", ours: ["type-error"], theirs: [],
            reason: "`gYear` has four digits, and no plus sign",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("year") && difference.cell.hasPrefix("+")
            }),
        KnownDifference(
            name: "Months in loose form", example: FieldSpec("yearmonth"), cell: "24-1", ours: ["type-error"],
            theirs: [],
            reason:
                "XML Schema's `gYearMonth` is `YYYY-MM`. frictionless takes any two numbers, and `24-1` for the year "
                + "24. Years past 9999, which `gYearMonth` allows, no calendar of a database holds",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("yearmonth")
                    && difference.cell.wholeMatch(of: /\d{4}-\d{2}/) == nil
            }),
    ]
}
