import Foundation
import Testing

/// A Swift file of the tree.
struct SourceFile: Sendable, CustomTestStringConvertible {
    let module: String
    let path: String
    let text: String

    /// The text without comments and string literals: only code is left, line by line as before.
    let code: String
    /// The text without comments.
    let codeAndStrings: String

    init(module: String, path: String, text: String) {
        self.module = module
        self.path = path
        self.text = text
        (code, codeAndStrings) = Self.stripped(text)
    }

    var testDescription: String { path }

    /// The modules that it imports.
    var imports: [String] {
        code.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let index = words.firstIndex(of: "import"),
                words[..<index].allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains(String($0)) })
            else { return nil }
            var rest = words[(index + 1)...]
            if let kind = rest.first, Self.kinds.contains(String(kind)) { rest = rest.dropFirst() }
            return rest.first.map { String($0.prefix { $0 != "." }) }
        }
    }

    /// The lines of a text in which the pattern is found, with their numbers.
    func lines(of text: String, matching pattern: Regex<Substring>) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            line.contains(pattern) ? "\(path):\(index + 1): \(line)" : nil
        }
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]

    /// Takes comments and literals out.
    ///
    /// It knows as much Swift as this tree uses, and no more: line comments, and strings with their escapes.
    private static func stripped(_ text: String) -> (code: String, withStrings: String) {
        var code = ""
        var withStrings = ""
        var isInLongString = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var rest = line[...]
            var isInString = false
            while let character = rest.first {
                if rest.hasPrefix("\"\"\"") {
                    isInLongString.toggle()
                    withStrings += "\"\"\""
                    rest = rest.dropFirst(3)
                    continue
                }
                if isInLongString || isInString {
                    let length = character == "\\" ? 2 : 1
                    withStrings += rest.prefix(length)
                    if isInString, character == "\"" { isInString = false }
                    rest = rest.dropFirst(length)
                    continue
                }
                if rest.hasPrefix("//") { break }
                if character == "\"" { isInString = true } else { code.append(character) }
                withStrings.append(character)
                rest = rest.dropFirst()
            }
            code += "\n"
            withStrings += "\n"
        }
        return (code, withStrings)
    }
}

/// The sources as they lie in the tree beside these tests.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The names of the folders under Sources.
    static let modules = names(in: "Sources").filter { !$0.hasPrefix(".") }

    /// Every Swift file under Sources.
    static let files = modules.flatMap { module in
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: path("Sources/\(module)"))) ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { file($0, in: module) }
    }

    /// The migrations, by their files' names.
    static let migrations: [String: String] = Dictionary(
        uniqueKeysWithValues: names(in: "migrations").filter { $0.hasSuffix(".sql") }.compactMap { name in
            FileManager.default.contents(atPath: path("migrations/\(name)"))
                .map { (name, String(decoding: $0, as: UTF8.self)) }
        })

    private static func file(_ name: String, in module: String) -> SourceFile? {
        let place = "Sources/\(module)/\(name)"
        guard let data = FileManager.default.contents(atPath: path(place)) else { return nil }
        return SourceFile(module: module, path: place, text: String(decoding: data, as: UTF8.self))
    }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
    }

    private static func path(_ place: String) -> String { root.appending(path: place).path(percentEncoded: false) }
}
