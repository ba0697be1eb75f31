/// What a version may be called: its number, `latest`, a time, or a tag.
package enum VersionName: Sendable, Equatable {
    case newest
    case number(Int)
    case asOf(PointInTime)
    case tag(String)

    /// Reads what a person typed.
    ///
    /// What begins with a digit is a number or a time and never a tag, so no text can be meant in two ways. `nil` if no
    /// version can be called so.
    ///
    /// - Parameter text: such as `12`, `latest`, `2026-11-01`, `2026-11-01T10:00` or `release-2026-11`.
    package init?(_ text: String) {
        if text == "latest" {
            self = .newest
        } else if text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
            guard let number = Int(text), number > 0 else { return nil }
            self = .number(number)
        } else if let moment = PointInTime(text) {
            self = .asOf(moment)
        } else if Self.tagMistake(text) == nil {
            self = .tag(text)
        } else {
            return nil
        }
    }

    /// The longest name of a tag, in characters.
    package static let longestTag = 100

    /// Why a text cannot be the name of a tag.
    ///
    /// - Parameter text: the name.
    /// - Returns: a sentence; `nil` if the name is good.
    package static func tagMistake(_ text: String) -> String? {
        func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
        func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return "A tag needs a name." }
        guard bytes.count <= longestTag else { return "A tag's name has \(longestTag) characters at most." }
        guard text.lowercased() != "latest" else { return "`latest` is the newest version already." }
        guard isLetter(first) else {
            return "A tag's name begins with a letter: what begins with a digit is a version's number or a time."
        }
        guard bytes.allSatisfy({ isLetter($0) || isDigit($0) || "._-/".utf8.contains($0) }) else {
            return "A tag's name is made of the letters a to z and A to Z, digits, `.`, `_`, `-` and `/`."
        }
        guard isLetter(last) || isDigit(last) else { return "A tag's name ends with a letter or a digit." }
        guard !text.contains("//"), !text.contains("..") else { return "A tag's name has no `//` and no `..`." }
        return nil
    }
}

/// A time to look back to: the end of what was given.
///
/// A day is meant to its end, and so are a minute and a second: the version that `sheaf log` shows with a time is the one
/// that this time names. Without an offset it is UTC.
package struct PointInTime: Sendable, Equatable {
    /// As it was given.
    package let text: String
    /// Local to the offset: `2026-11-01 23:59:59.999999`.
    let local: String
    /// How far local time is ahead of UTC.
    let offsetMinutes: Int

    /// Reads `2026-11-01`, `2026-11-01T10:00`, `2026-11-01T10:00:00` or `2026-11-01T10:00:00.123456`, each time of day also
    /// with `Z` or an offset such as `+09:00`, and with a space in place of the `T`.
    package init?(_ text: String) {
        let pattern =
            /([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))?)?/
        guard let match = text.wholeMatch(of: pattern)?.output,
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), year > 0, 1...12 ~= month,
            1...Self.days(inMonth: month, of: year) ~= day
        else { return nil }
        let hour = match.4 ?? "23"
        let minute = match.5 ?? "59"
        let second = match.6 ?? "59"
        guard hour < "24", minute < "60", second < "60" else { return nil }
        var fraction = match.7.map(String.init) ?? ""
        fraction += String(repeating: fraction.isEmpty ? "9" : "0", count: 6 - fraction.count)
        var offset = 0
        if let sign = match.8, let hours = match.9.flatMap({ Int($0) }), let minutes = match.10.flatMap({ Int($0) }) {
            guard hours < 15, minutes < 60 else { return nil }
            offset = (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
        }
        self.text = text
        local = "\(match.1)-\(match.2)-\(match.3) \(hour):\(minute):\(second).\(fraction)"
        offsetMinutes = offset
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
