/// How cells look before anyone formats them, as Google's answers tell it.
enum DefaultFormat {
    private static let white = color(red: "1", green: "1", blue: "1")

    private static func color(red: String, green: String, blue: String) -> JSONValue {
        .object(["red": .number(red), "green": .number(green), "blue": .number(blue)])
    }

    private static func members(font: String, alignment: String?, link: String?) -> JSONValue {
        .object([
            "backgroundColor": white,
            "padding": .object(["top": .integer(2), "right": .integer(3), "bottom": .integer(2), "left": .integer(3)]),
            "horizontalAlignment": alignment.map { .string($0) },
            "verticalAlignment": .string("BOTTOM"),
            "wrapStrategy": .string("OVERFLOW_CELL"),
            "textFormat": .object([
                "foregroundColor": .object([]), "fontFamily": .string(font), "fontSize": .integer(10),
                "bold": .boolean(false), "italic": .boolean(false), "strikethrough": .boolean(false),
                "underline": .boolean(false), "foregroundColorStyle": .object(["rgbColor": .object([])]),
            ]),
            "hyperlinkDisplayType": link.map { .string($0) },
            "backgroundColorStyle": .object(["rgbColor": white]),
        ])
    }

    /// The default format of a new spreadsheet.
    static let spreadsheet = members(font: "arial,sans,sans-serif", alignment: nil, link: nil)

    static func cell(alignment: String) -> JSONValue {
        members(font: "Arial", alignment: alignment, link: "PLAIN_TEXT")
    }

    /// The theme of a new spreadsheet.
    static let theme: JSONValue = {
        let colors: [(String, JSONValue)] = [
            ("TEXT", .object([])), ("BACKGROUND", white),
            ("ACCENT1", color(red: "0.25882354", green: "0.52156866", blue: "0.95686275")),
            ("ACCENT2", color(red: "0.91764706", green: "0.2627451", blue: "0.20784314")),
            ("ACCENT3", color(red: "0.9843137", green: "0.7372549", blue: "0.015686275")),
            ("ACCENT4", color(red: "0.20392157", green: "0.65882355", blue: "0.3254902")),
            ("ACCENT5", color(red: "1", green: "0.42745098", blue: "0.003921569")),
            ("ACCENT6", color(red: "0.27450982", green: "0.7411765", blue: "0.7764706")),
            ("LINK", color(red: "0.06666667", green: "0.33333334", blue: "0.8")),
        ]
        return .object([
            "primaryFontFamily": .string("Arial"),
            "themeColors": .array(
                colors.map { type, color in
                    .object(["colorType": .string(type), "color": .object(["rgbColor": color])])
                }),
        ])
    }()

    /// One format over another, member by member; a colour replaces a colour whole.
    static func overlay(_ format: JSONValue, on usual: JSONValue) -> JSONValue {
        guard let over = format.members, let under = usual.members else { return format }
        var members = under
        for member in over {
            if let index = members.firstIndex(where: { $0.name == member.name }) {
                let isColor = member.name.lowercased().contains("color")
                let value = isColor ? member.value : overlay(member.value, on: members[index].value)
                members[index] = JSONMember(name: member.name, value: value)
            } else {
                members.append(member)
            }
        }
        return .object(members)
    }
}
