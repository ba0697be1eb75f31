import LabelSchema
import Sync

/// What a validation found, as a page to look at.
struct ValidationPage {
    let report: ValidationReport
    let language: MessageLanguage

    func bytes() -> [UInt8] { [] }
}
