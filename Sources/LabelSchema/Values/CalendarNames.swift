/// English names of months and days, which do not depend on where a program runs.
enum CalendarNames {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    /// From Monday on.
    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// A month's name, counted from 1.
    static func month(_ place: Int, isShort: Bool) -> String {
        name(months, place - 1, isShort)
    }

    /// A day's name, counted from Monday, 0.
    static func weekday(_ place: Int, isShort: Bool) -> String {
        name(weekdays, place, isShort)
    }

    private static func name(_ names: [String], _ place: Int, _ isShort: Bool) -> String {
        isShort ? String(names[place].prefix(3)) : names[place]
    }

    /// The month whose name stands at a position, counted from 1, and where the name ends.
    static func month(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, isShort: Bool) -> (place: Int, end: Int)? {
        find(months, bytes, start, isShort).map { ($0 + 1, $1) }
    }

    /// The weekday whose name stands at a position, counted from Monday, 0, and where the name ends.
    static func weekday(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, isShort: Bool) -> (place: Int, end: Int)? {
        find(weekdays, bytes, start, isShort)
    }

    private static func find(
        _ names: [String], _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ isShort: Bool
    ) -> (Int, Int)? {
        for (place, name) in names.enumerated() {
            let length = isShort ? 3 : name.utf8.count
            guard start + length <= bytes.count else { continue }
            if zip(name.utf8.prefix(length), bytes[start...]).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                return (place, start + length)
            }
        }
        return nil
    }

    /// Whether `AM` or `PM` stands at a position; nil if neither.
    static func isAfternoon(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool? {
        guard start + 2 <= bytes.count, bytes[start + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
        switch bytes[start] | 0x20 {
        case UInt8(ascii: "a"): return false
        case UInt8(ascii: "p"): return true
        default: return nil
        }
    }
}
