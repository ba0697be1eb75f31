/// Something that goes wrong on purpose, for the next few requests that match.
package struct EmulatorFault: Sendable {
    /// What goes wrong.
    package enum Kind: Sendable, Equatable {
        /// The request is not carried out; the answer has this status, with Google's body for it (429, 403 quota, 500, 503 …).
        case status(Int)
        /// The request *is* carried out, and answered with this status all the same.
        case appliedButStatus(Int)
        /// The connection is closed without an answer.
        ///
        /// On a connection used before, libcurl and other clients ask once more by themselves: let it hit twice.
        case reset
        /// The connection is closed after so many bytes of the body.
        case cutBody(after: Int)
        /// The answer is complete as HTTP, and its JSON ends in the middle.
        case truncatedJSON
        /// The answer comes late.
        case delay(milliseconds: Int)
        /// A page of HTML with status 200, as proxies send it.
        case htmlWith200
        /// The answer is whole, and comes so many bytes at a time, with a pause before each.
        case drip(bytes: Int, milliseconds: Int)
        /// Somebody edits right before or right after the request is carried out; the request itself goes well.
        case edit(EmulatorEdit, Moment)

        /// Whether the request goes on all the same, so that another fault may hit it too.
        var accompanies: Bool {
            switch self {
            case .delay, .edit: true
            default: false
            }
        }

        /// Whether the request is not carried out.
        var refuses: Bool {
            switch self {
            case .status, .htmlWith200, .reset: true
            default: false
            }
        }
    }

    /// On which side of a request an edit falls.
    package enum Moment: String, Sendable {
        case before, after
    }

    package var kind: Kind
    /// How many requests it hits.
    package var times: Int
    /// How many matching requests pass first.
    package var after: Int
    /// Part of the API method's name (`values.batchGet`), or an HTTP method; nil matches all.
    package var method: String?
    /// Part of the path with its query, as sent; nil matches all.
    package var path: String?

    /// A fault for the next `times` matching requests, after letting `after` of them pass.
    package init(_ kind: Kind, times: Int = 1, after: Int = 0, method: String? = nil, path: String? = nil) {
        self.kind = kind
        self.times = times
        self.after = after
        self.method = method
        self.path = path
    }

    func matches(httpMethod: String, apiMethod: String, path: String) -> Bool {
        let isMethod = method.map { $0 == httpMethod || apiMethod.contains($0) } ?? true
        return isMethod && (self.path.map { path.contains($0) } ?? true)
    }
}

/// The faults that are waiting for their requests.
struct FaultQueue: Sendable {
    private(set) var faults: [EmulatorFault] = []

    mutating func add(_ fault: EmulatorFault) {
        if fault.times > 0 { faults.append(fault) }
    }

    mutating func clear() {
        faults = []
    }

    /// The faults for this request: any delays and edits, and at most one of the others.
    mutating func take(httpMethod: String, apiMethod: String, path: String) -> [EmulatorFault.Kind] {
        var taken: [EmulatorFault.Kind] = []
        for index in faults.indices
        where faults[index].matches(httpMethod: httpMethod, apiMethod: apiMethod, path: path) {
            guard faults[index].kind.accompanies || taken.allSatisfy(\.accompanies) else { continue }
            if faults[index].after > 0 {
                faults[index].after -= 1
                continue
            }
            faults[index].times -= 1
            taken.append(faults[index].kind)
        }
        faults.removeAll { $0.times <= 0 }
        return taken
    }
}
