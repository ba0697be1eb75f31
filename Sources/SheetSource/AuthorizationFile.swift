/// A file that holds the value of an `Authorization` header: `Bearer …` or `Basic …`.
///
/// It is read for each run, so that a new token is taken without a restart, and its text is told nobody but the server.
struct AuthorizationFile: Sendable {
    let path: String

    private static let maximumBytes = 16 << 10

    /// The header's value.
    ///
    /// - Throws: `requestRefused` if there is no such file, or it holds something else.
    func value() async throws(SheetError) -> String {
        let bytes: [UInt8]
        let path = path
        do throws(LocalFileError) {
            bytes = try await onFileThread { () throws(LocalFileError) in
                try LocalFile(path: path).readAll(limit: Self.maximumBytes)
            }
        } catch {
            throw SheetError(
                .requestRefused, "the file \(path) cannot be read: \(error)",
                hint: "correct `authorization_file`, and see that Sheaf may read that file")
        }
        // One line, with or without the break that editors put at its end.
        var line = bytes[...]
        while let last = line.last, [0x0A, 0x0D, 0x20, 0x09].contains(last) { line.removeLast() }
        guard line.contains(0x20), line.first != 0x20, line.allSatisfy({ 0x20...0x7E ~= $0 }) else {
            throw SheetError(
                .requestRefused, "the file \(path) does not hold the value of an Authorization header",
                hint: "let it hold one line: `Bearer` and a token, or `Basic` and user:password in Base64")
        }
        return String(decoding: line, as: UTF8.self)
    }
}
