extension KnownDifference {
    /// Dates and times.
    static let times = [
        KnownDifference(
            name: "Dates without leading zeros", example: FieldSpec("date"), cell: "2024-2-9", ours: ["type-error"],
            theirs: [],
            reason: "The standard: it must be `yyyy-mm-dd`. Whoever means other forms says so in `format`",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("date")
                    && difference.values.contains { $0.wholeMatch(of: /\d{4}-(\d-\d{1,2}|\d{2}-\d)/) != nil }
            }),
        KnownDifference(
            name: "Other forms of ISO 8601 in `datetime`", example: FieldSpec("datetime"),
            cell: "2024-01-26 15:00:00+0900", ours: ["type-error"], theirs: [],
            reason: "The standard: XML Schema's `dateTime`, so a `T` between date and time, upper-case `T` and `Z`, "
                + "offsets as `+09:00` of at most 14 hours, a decimal point, and no weeks",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("datetime")
                    && difference.values.contains { Self.isLooseInstant($0) }
            }),
        KnownDifference(
            name: "Moments that leave the years 1 to 9999 in UTC", example: FieldSpec("datetime"),
            cell: "0001-01-01T00:00:00+01:00", ours: ["type-error"], theirs: [],
            reason: "A label holds the moment in UTC, so that one moment has one form; no database holds these",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("datetime")
                    && difference.values.contains { $0.hasPrefix("0001-01-01T") || $0.hasPrefix("9999-12-31T") }
            }),
        KnownDifference(
            name: "Fractions of more than nine digits", example: FieldSpec("datetime"),
            cell: "2024-01-26T15:00:00.1234567891", ours: ["type-error"], theirs: [],
            reason: "XML Schema sets no limit. Sheaf keeps nine digits, and refuses more; frictionless keeps six, and "
                + "drops the others without a word. So with `time`",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("datetime", "time")
                    && difference.values.contains { $0.contains(/\.\d{10}/) }
            }),
        KnownDifference(
            name: "Zones and other forms in `time`", example: FieldSpec("time"), cell: "15:00:00+09:00",
            ours: ["type-error"], theirs: [],
            reason: "The standard: it must be `hh:mm:ss`. Sheaf takes a fraction after it as well. A time with an "
                + "offset and no date is a different time in summer, 24:00:00 is a time of the next day, and "
                + "frictionless cannot compare times with and without a zone",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("time")
                    && difference.values.contains { $0.wholeMatch(of: /\d{2}:\d{2}:\d{2}(\.\d{1,9})?/) == nil }
            }),
        KnownDifference(
            name: "The end of a day in `time`", example: FieldSpec("time"), cell: "24:00:00", ours: ["type-error"],
            theirs: [],
            reason: "A day ends before it: frictionless makes it 00:00:00, the beginning of the day",
            explains: { difference in
                difference.isTakenByThem && difference.isOf("time")
                    && difference.values.contains { $0.hasPrefix("24:00:00") }
            }),
        KnownDifference(
            name: "A moment with a zone against a bound without",
            example: FieldSpec("datetime", constraints: [JSONMember("minimum", "2000-01-01T00:00:00")]),
            cell: "2024-01-26T15:00:00Z", ours: [], theirs: ["crash"],
            reason:
                "Python refuses to compare them, and frictionless ends with a `TypeError` instead of a report. Sheaf "
                + "reads the bound in the zone of the value",
            explains: { difference in
                difference.theirs == ["crash"]
                    && difference.tableCase.fields.contains { field in
                        ["time", "datetime"].contains(field.type ?? "")
                            && field.constraints.contains { $0.name.lowercased().contains("imum") }
                    }
            }),
        KnownDifference(
            name: "Signalling NaN against a bound",
            example: FieldSpec("number", constraints: [JSONMember("minimum", 0)]), cell: "sNaN",
            ours: ["type-error"], theirs: ["crash"],
            reason:
                "Python raises on the comparison, and frictionless ends with an `InvalidOperation`; in Sheaf it is a "
                + "`type-error` of the cell",
            explains: { difference in
                difference.theirs == ["crash"]
                    && difference.tableCase.fields.contains { $0.type == "number" && !$0.constraints.isEmpty }
            }),
    ]

    private static func isLooseInstant(_ text: String) -> Bool {
        if text.wholeMatch(of: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?/) == nil { return true }
        guard let offset = text.firstMatch(of: /[+-](\d{2}):\d{2}$/), let hours = Int(offset.1) else { return false }
        return hours >= 14
    }
}
