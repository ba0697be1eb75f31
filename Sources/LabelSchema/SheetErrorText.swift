/// The texts by which a spreadsheet says that a cell has no value: its formula failed, or is still being computed.
enum SheetErrorText {
    private static let texts = ByteLookup([
        "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!", "Loading...",
    ])

    static func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        texts.index(of: bytes) != nil
    }
}
