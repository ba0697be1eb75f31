import Foundation
import SheetSource
import Testing

/// Files as Python's csv module and codecs read them: the same rows, or the same place that is no text.
@Suite struct CSVDifferentialTests {
    private struct Document: Decodable {
        let file: String
        let encoding: String
        /// Without the empty cells at the end of a row.
        let rows: [[String]]?
        let line: Int?
        let byte: Int?
    }

    /// Writes seeded documents into the folder that it is started in, and what Python reads in them.
    ///
    /// Of CP932, characters are drawn from every pair of bytes that Python knows, so duplicates within the table too. It
    /// also reads five single bytes that mean nothing in Windows' table; those are left out.
    private static let script = #"""
        import csv, io, json, random, sys

        def known(raw):
            try:
                return raw.decode("cp932") and raw not in (b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff")
            except UnicodeDecodeError:
                return False

        singles = [bytes([b]) for b in range(1, 256) if known(bytes([b])) and b not in b'",\r\n']
        pairs = [bytes([a, b]) for a in list(range(0x81, 0xa0)) + list(range(0xe0, 0xfd)) for b in range(0x40, 0xfd)]
        cp932 = [pair for pair in pairs if known(pair)]
        marks = [b",", b'"', b'""', b"\n", b"\r", b"\r\n", b" ", b"a", b"1"]

        def character(r, encoding):
            kind = r.randrange(4)
            if kind == 0: return r.choice(marks).decode()
            if encoding == "cp932": return r.choice(singles if kind == 1 else cp932)
            ranges = [(0x20, 0x7e), (0xa0, 0x7ff), (0x3040, 0x9fff), (0xe000, 0xfefe), (0x10000, 0x10ffff)]
            return chr(r.randint(*r.choice(ranges)))

        def field(r, encoding):
            parts = [character(r, encoding) for _ in range(r.choice([0, 0, 1, 3, 10]))]
            parts = [part if isinstance(part, bytes) else part.encode(encoding) for part in parts]
            raw = b"".join(parts)
            # No byte of a pair is a comma, a quotation mark or a line break, so this may be looked for in the bytes.
            if any(mark in raw for mark in b',"\r\n') or r.random() < 0.3:
                return b'"' + raw.replace(b'"', b'""') + b'"'
            return raw

        def document(r, encoding):
            end = r.choice([b"\n", b"\r\n", b"\r"])
            rows = []
            for _ in range(r.randrange(12)):
                rows.append(b",".join(field(r, encoding) for _ in range(r.randrange(1, 6))))
                if r.random() < 0.1: rows.append(b"")
            text = end.join(rows) + (end if r.random() < 0.5 else b"")
            return (b"\xef\xbb\xbf" if encoding == "utf-8" and r.random() < 0.3 else b"") + text

        def mutated(r, raw):
            raw = bytearray(raw or b"a")
            for _ in range(r.randrange(1, 3)):
                raw[r.randrange(len(raw))] = r.choice([0x81, 0x85, 0xc3, 0xe3, 0xed, 0xf4, 0x41, 0x0a])
            return bytes(raw[:r.randrange(len(raw) + 1)] if r.random() < 0.3 else raw)

        documents = []
        for seed in range(int(sys.argv[1])):
            r = random.Random(seed)
            encoding = r.choice(["utf-8", "cp932"])
            raw = document(r, encoding)
            broken = r.random() < 0.4
            if broken: raw = mutated(r, raw)
            told = {"file": "%d.csv" % seed, "encoding": encoding}
            try:
                text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
                reader = csv.reader(io.StringIO(text, newline=""), strict=True)
                rows = [list(row) for row in reader]
                for row in rows:
                    while row and row[-1] == "": row.pop()
                # What is no text is broken the same way for everyone; a stray quotation mark is not.
                if broken: continue
                told["rows"] = rows
            except UnicodeDecodeError as error:
                mark = 3 if encoding == "utf-8" and raw[:3] == b"\xef\xbb\xbf" else 0
                start = error.start + mark
                before = raw[mark:start].decode(encoding)
                if encoding == "cp932" and any(c in before for c in "\x80\uf8f0\uf8f1\uf8f2\uf8f3"): continue
                told["byte"] = start
                told["line"] = 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
            except csv.Error:
                continue
            open(told["file"], "wb").write(raw)
            documents.append(told)
        json.dump(documents, open("documents.json", "w"))
        """#

    @Test func everyFileIsReadAsPythonReadsIt() async throws {
        let folder = try TemporaryFolder()
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", "-c", Self.script, "3000"]
        python.currentDirectoryURL = URL(filePath: folder.path)
        try python.run()
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
        let listed = try Data(contentsOf: URL(filePath: "\(folder.path)/documents.json"))
        let documents = try JSONDecoder().decode([Document].self, from: listed)
        #expect(documents.count { $0.rows != nil } > 500 && documents.count { $0.rows == nil } > 200)
        for document in documents { try await compare(document, in: folder) }
    }

    private func compare(_ document: Document, in folder: TemporaryFolder) async throws {
        let collector = Collector()
        let path = "\(folder.path)/\(document.file)"
        let encoding = try #require(TextEncoding(name: document.encoding))
        if let rows = document.rows {
            _ = try await CSVFile.read(path: path, encoding: encoding, into: collector)
            #expect(
                collector.rows.map { $0.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } }, "\(path)")
        } else {
            let error = try await sheetFailure {
                _ = try await CSVFile.read(path: path, encoding: encoding, into: collector)
            }
            // Before the place that is no text, there may be a stray quotation mark in the same piece.
            let place = "line \(document.line ?? 0), byte \(document.byte ?? 0)"
            #expect(error.code == .csvMalformed, "\(document.file): \(error)")
            #expect(
                error.detail.contains(place) || error.detail.contains("quotation mark"), "\(document.file): \(error)")
        }
    }
}
