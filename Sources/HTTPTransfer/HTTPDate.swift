/// The seconds since 1970 that a date in a header field means, in any of the three forms of RFC 9110; nil for others.
///
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994` are one moment.
package func secondsSince1970(_ text: String) -> Int64? {
    let words = text.split { " ,-:".contains($0) }
    let isAsctime = words.count == 7
    guard isAsctime || (words.count == 8 && words[7] == "GMT") else { return nil }
    let time = isAsctime ? words[3...5] : words[4...6]
    guard let month = months.firstIndex(of: words[isAsctime ? 1 : 2]),
        let day = number(words[isAsctime ? 2 : 1], 1...31),
        let writtenYear = number(words[isAsctime ? 6 : 3], 0...9_999),
        let hour = number(time[time.startIndex], 0...23),
        let minute = number(time[time.startIndex + 1], 0...59),
        let second = number(time[time.startIndex + 2], 0...60)
    else { return nil }
    let isShortYear = !isAsctime && words[3].count == 2
    let year = isShortYear ? writtenYear + (writtenYear < 70 ? 2_000 : 1_900) : writtenYear
    let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
    return ((days * 24 + hour) * 60 + minute) * 60 + second
}

private let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

private func number(_ text: Substring, _ range: ClosedRange<Int64>) -> Int64? {
    Int64(text).flatMap { range.contains($0) ? $0 : nil }
}

/// Days of the Gregorian calendar; the year is counted from March, so that the leap day comes last.
private func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
}
