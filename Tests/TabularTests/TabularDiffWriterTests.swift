import Tabular
import Testing

/// The tabular diff format, as `daff` writes it; `DaffTests` proves that `daff` reads it.
@Suite struct TabularDiffWriterTests {
    private typealias Column = TabularDiffWriter.Column

    private func diff(_ names: [(String?, String?)], _ rows: [TabularDiffRow]) -> [String] {
        var writer = TabularDiffWriter(columns: names.map { Column(before: $0.0, after: $0.1) })
        for row in rows { writer.append(row) }
        writer.finish()
        return String(decoding: writer.takeBytes(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static let kept = (1...9).map { TabularDiffRow.kept(["\($0)"]) }
    private static let change = TabularDiffRow.changed(before: ["a"], after: ["b"])

    @Test(
        arguments: [
            ([], []),
            (Array(kept[0..<3]), []),
            ([change], ["->,a->b"]),
            ([kept[0], change, kept[1]], [",1", "->,a->b", ",2"]),
            ([kept[0], kept[1], change, kept[2], kept[3]], ["...,...", ",2", "->,a->b", ",3", "...,..."]),
            ([change, kept[0], change], ["->,a->b", ",1", "->,a->b"]),
            ([change, kept[0], kept[1], change], ["->,a->b", ",1", ",2", "->,a->b"]),
            ([change, kept[0], kept[1], kept[2], change], ["->,a->b", ",1", "...,...", ",3", "->,a->b"]),
            ([change, kept[0], .kept(nil), kept[2], change], ["->,a->b", ",1", "...,...", ",3", "->,a->b"]),
            ([.kept(nil), kept[2], change, kept[3], .kept(nil)], ["...,...", ",3", "->,a->b", ",4", "...,..."]),
            ([.inserted(["x"]), .deleted(["y"]), kept[0]], ["+++,x", "---,y", ",1"]),
        ] as [([TabularDiffRow], [String])])
    func oneRowOfContextStandsOnEitherSideOfAChange(_ rows: [TabularDiffRow], _ lines: [String]) {
        #expect(diff([("n", "n")], rows) == ["@@,n"] + lines)
    }

    @Test(arguments: [
        ("a", "b", "->,a->b"), ("", "b", "->,->b"), ("a", "", "->,a->"), ("a->b", "c", "-->,a->b-->c"),
        ("c", "a->b", "-->,c-->a->b"), ("x-->y->z", "-", "--->,x-->y->z--->-"), ("-", ">", "->,-->>"),
        ("a-", "b", "->,a-->b"), ("a,\"q\"", "b\nc", "->,\"a,\"\"q\"\"->b\nc\""), ("雪", "花", "->,雪->花"),
        ("a b", "ab", "---,a b|+++,ab"), (" ", "", "---, |+++,"),
    ])
    func theArrowIsFoundAgainWhateverCellsHold(_ before: String, _ after: String, _ row: String) {
        let lines = diff([("n", "n")], [.changed(before: [before], after: [after])])
        #expect(lines.joined(separator: "\n") == "@@,n\n" + row.replacing("|", with: "\n"))
    }

    /// Another cell of the row counts too, and so does one of a column that comes or goes.
    @Test func theArrowOfARowIsInNoneOfItsCells() {
        let columns: [(String?, String?)] = [("a", "a"), ("b", "b"), ("old", nil), (nil, "new")]
        let lines = diff(columns, [.changed(before: ["1", "x->", "-->", ""], after: ["2", "x->", "", "--->"])])
        #expect(lines == ["!,,,---,+++", "@@,a,b,old,new", "---->,1---->2,x->,-->,--->"])
    }

    @Test func columnsComeGoAndGetOtherNames() {
        let columns: [(String?, String?)] = [("id", "id"), ("name", "title"), ("kind", nil), (nil, "new")]
        let rows: [TabularDiffRow] = [
            .kept(["1", "a", "x", ""]), .deleted(["2", "b", "y", ""]), .inserted(["3", "c", "", "n"]),
            .changed(before: ["4", "d", "z", ""], after: ["4", "e", "", "m"]),
        ]
        // A row left out would have no cell in the new column: all are there.
        #expect(
            diff(columns, rows) == [
                "!,,(name),---,+++", "@@,id,title,kind,new", "+,1,a,x,", "---,2,b,y,", "+++,3,c,,n", "->,4,d->e,z,m",
            ])
    }

    @Test func bytesDecideAndNotWhatLooksTheSame() {
        let lines = diff([("n", "n"), ("m", "m")], [.changed(before: ["が", "1"], after: ["か\u{3099}", "2"])])
        #expect(lines[1].unicodeScalars.elementsEqual("->,が->か\u{3099},1->2".unicodeScalars))
    }
}
