internal import Foundation
package import HTTPTypes
internal import Hummingbird
internal import LabelExport
internal import LabelStore
internal import NIOCore

/// An answer that tells what is wrong: problem details of RFC 9457.
///
/// Its texts are ours. What was sent is quoted only where it is a name, and what stands in cells never.
package struct APIProblem: Error, Sendable {
    package let status: HTTPResponse.Status
    /// Stable, for programs.
    package let code: String
    package let title: String
    package let detail: String
    package let hint: String
    package var headers: HTTPFields = [:]

    package init(
        _ status: HTTPResponse.Status, code: String, title: String, detail: String, hint: String = "",
        headers: HTTPFields = [:]
    ) {
        (self.status, self.code, self.title) = (status, code, title)
        (self.detail, self.hint, self.headers) = (detail, hint, headers)
    }

    private struct Document: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var code: String
        var hint: String?
    }

    /// As the document that is sent.
    package var body: [UInt8] {
        let document = Document(
            type: "urn:sheaf:problem:\(code)", title: title, status: status.code, detail: detail, code: code,
            hint: hint.isEmpty ? nil : hint)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(document)).map(Array.init) ?? Array("{}".utf8)
    }

    var response: Response {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension APIProblem {
    /// Something in the request that cannot be meant.
    package static func badRequest(_ detail: String, code: String = "bad-request", hint: String = "") -> APIProblem {
        APIProblem(.badRequest, code: code, title: "The request is not understood", detail: detail, hint: hint)
    }

    package static func notFound(_ detail: String, code: String = "not-found", hint: String = "") -> APIProblem {
        APIProblem(.notFound, code: code, title: "There is no such thing", detail: detail, hint: hint)
    }

    package static func forbidden(_ detail: String, hint: String) -> APIProblem {
        APIProblem(.forbidden, code: "forbidden", title: "The token does not allow this", detail: detail, hint: hint)
    }

    /// To be tried again, in so many seconds.
    package static func busy(
        _ status: HTTPResponse.Status, code: String, title: String, detail: String, after seconds: Int
    ) -> APIProblem {
        APIProblem(
            status, code: code, title: title, detail: detail,
            hint: "Try again in \(seconds) seconds, as Retry-After says.", headers: [.retryAfter: "\(seconds)"])
    }

    /// What went wrong, for whoever asked; `nil` if it is no matter of theirs.
    init?(_ error: any Error) {
        switch error {
        case let problem as APIProblem: self = problem
        case let error as StoreError: self.init(error)
        case let error as ExportProblem:
            self = .badRequest(error.message, code: error.code.rawValue, hint: error.hint)
        case let error where LabelStore.isOutOfReach(error):
            self = .busy(
                .serviceUnavailable, code: "database-unavailable", title: "The database does not answer",
                detail: "The database is out of reach, or busy.", after: 5)
        default: return nil
        }
    }

    private init?(_ error: StoreError) {
        let status: HTTPResponse.Status
        let title: String
        switch error.code {
        case .unknownDataset, .unknownVersion, .unknownTag, .unknownKey, .unknownHold, .unknownJob, .unknownToken:
            (status, title) = (.notFound, "There is no such thing")
        case .prunedVersion: (status, title) = (.gone, "The version was pruned")
        case .notAllowed, .tagExists: (status, title) = (.conflict, "Not as things stand")
        case .busy, .leaseLost:
            self = .busy(
                .serviceUnavailable, code: error.code.rawValue, title: "The dataset is being written",
                detail: "Another worker writes the dataset.", after: 5)
            return
        case .notMigrated, .newerThanProgram, .changedMigration, .damaged:
            (status, title) = (.serviceUnavailable, "The store is not fit to be read")
        }
        self.init(status, code: error.code.rawValue, title: title, detail: error.message, hint: error.hint)
    }
}
