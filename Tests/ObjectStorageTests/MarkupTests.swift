import Foundation
import TestRandom
import TestSupport
import Testing

@testable import ObjectStorage

@Suite struct MarkupTests {
    private static func read(_ text: String) -> MarkupElement? { try? MarkupReader.read(Array(text.utf8)) }

    @Test func anAnswerIsReadWithItsEntitiesAndSections() throws {
        let root = try #require(
            Self.read(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- a -->
                <s:List xmlns:s='http://x/?a&amp;b'><Key>a&lt;b&#x8868;&#13;&amp;lt;</Key><Key><![CDATA[<b>]]&]]></Key><E/>
                </s:List>
                """))
        #expect(root.name == "List")
        #expect(root.all("Key").map(\.text) == ["a<b表\r&lt;", "<b>]]&"])
        #expect(root["E"] == "" && root["F"] == nil)
    }

    @Test(arguments: [
        "", " ", "a", "<a>", "<a></b>", "<a/><a/>", "<a/>b", "<a b/>", "<a b=c/>", "<a b='1' b='2'/>", "<a>&b;</a>",
        "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#99999999999;</a>", "<a>&#-1;</a>", "<a>&#x;</a>",
        "<a>\u{1}</a>", "<a>]]></a>", "<a><![CDATA[</a>", "<a><!-- -- --></a>", "<1/>", "<a:b:c/>", "<a b='<'/>",
        "<?xml version=\"1.1\"?><a/>", "<?xml version=\"1.0\" encoding=\"latin1\"?><a/>",
        " <?xml version=\"1.0\"?><a/>",
        "<?php 1 ?><a/>", "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a b='&c;'/>", "<a>\u{FFFE}</a>",
    ])
    func whatIsNotWellFormedOrNotTakenIsRefused(_ text: String) {
        #expect(Self.read(text) == nil)
    }

    @Test func whatIsNotUTF8IsRefused() {
        #expect(throws: MarkupProblem.self) { try MarkupReader.read(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    }

    @Test func depthIsBounded() {
        let deep = { (depth: Int) in
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(Self.read(deep(32)) != nil)
        #expect(Self.read(deep(33)) == nil)
        #expect(Self.read(String(repeating: "<a>", count: 1_000_000)) == nil)
    }

    /// What it reads, expat reads too, and as the same; and of well-formed documents it refuses none.
    @Test(arguments: [1, 2] as [UInt64]) func itReadsWhatExpatReads(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var documents: [(bytes: [UInt8], isWhole: Bool)] = []
        for _ in 0..<300 {
            let document = Array(RandomMarkup.document(&random).utf8)
            documents.append((document, true))
            for _ in 0..<4 { documents.append((RandomMarkup.damaged(document, &random), false)) }
        }
        let input = try JSONEncoder().encode(documents.map { Data($0.bytes).base64EncodedString() })
        let lines = try await PythonScript("markup-check.py", environment: nil).run(
            input: String(decoding: input, as: UTF8.self))
        try #require(lines.count == documents.count)
        var refused = 0
        for (line, document) in zip(lines, documents) {
            let text = String(decoding: document.bytes, as: UTF8.self)
            let theirs = try RandomMarkup.element(line)
            guard let ours = try? MarkupReader.read(document.bytes) else {
                #expect(!document.isWhole || theirs == nil, "seed \(seed): \(text)")
                refused += 1
                continue
            }
            #expect(ours == theirs, "seed \(seed): \(text)")
        }
        #expect(refused > 300, "damage shows")
    }
}

/// Documents like S3's, and worse.
enum RandomMarkup {
    static func document(_ random: inout SeededRandom) -> String {
        (random.once(in: 2) ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n" : "")
            + element(&random, depth: 0) + (random.once(in: 4) ? "\n<!-- end -->" : "")
    }

    private static func element(_ random: inout SeededRandom, depth: Int) -> String {
        let name = random.pick(["Key", "s3:Size", "a-b.c_1", "Contents"])
        let space = name.hasPrefix("s3") || random.once(in: 3) ? " xmlns:s3=\"http://x/?a=&quot;\" b='>'" : ""
        guard !random.once(in: 6) else { return "<\(name)\(space)/>" }
        var inside = ""
        for _ in 0..<random.number(in: 0..<4) {
            inside += text(&random)
            if depth < 5, random.once(in: 2) { inside += element(&random, depth: depth + 1) }
        }
        return "<\(name)\(space)>\(inside)</\(name)\(random.once(in: 5) ? " " : "")>"
    }

    private static func text(_ random: inout SeededRandom) -> String {
        random.pick([
            "a", " ", "\r\n", "\r", "\t", "レシピ", "😀", "&amp;", "&lt;", "&#x65E5;", "&#10;", "&quot;&apos;&gt;", "]]",
            ">",
            "<![CDATA[<&]] >\r\n]]>", "<!-- <x> & -->", "'\"",
        ])
    }

    static func damaged(_ document: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = document
        for _ in 0...random.number(in: 0..<3) where !bytes.isEmpty {
            let place = random.number(in: 0..<bytes.count)
            switch random.number(in: 0..<4) {
            case 0: bytes.remove(at: place)
            case 1: bytes[place] = UInt8(random.number(in: 0..<256))
            case 2: bytes.insert(random.pick(Array("<>&;/!-[]?'\"=: x".utf8)), at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + random.number(in: 0..<20)))
            }
        }
        return bytes
    }

    /// What the script says of a document.
    static func element(_ line: String) throws -> MarkupElement? {
        element(try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed))
    }

    private static func element(_ said: Any) -> MarkupElement? {
        guard let parts = said as? [Any], parts.count == 3, let name = parts[0] as? String,
            let text = parts[1] as? String, let children = parts[2] as? [Any]
        else { return nil }
        return MarkupElement(name: name, text: text, children: children.compactMap(element))
    }
}
