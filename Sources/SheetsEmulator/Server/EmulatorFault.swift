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

    /// Reads a fault from the control endpoint's JSON.
    init(_ json: JSONValue) throws(APIError) {
        let kind: Kind
        if let status = json["status"]?.integer, (400...599).contains(status) {
            kind = json["applied"]?.boolean == true ? .appliedButStatus(status) : .status(status)
        } else if json["reset"]?.boolean == true {
            kind = .reset
        } else if let bytes = json["cutBody"]?.integer, bytes >= 0 {
            kind = .cutBody(after: bytes)
        } else if json["truncatedJSON"]?.boolean == true {
            kind = .truncatedJSON
        } else if let milliseconds = json["delayMilliseconds"]?.integer, milliseconds >= 0 {
            kind = .delay(milliseconds: milliseconds)
        } else if json["htmlWith200"]?.boolean == true {
            kind = .htmlWith200
        } else {
            throw .invalidArgument(
                "A fault needs one of: status (400 to 599, perhaps with \"applied\": true), reset, cutBody (bytes), "
                    + "truncatedJSON, delayMilliseconds, htmlWith200. It may have times, after, method and path.")
        }
        self.init(
            kind, times: json["times"]?.integer ?? 1, after: json["after"]?.integer ?? 0,
            method: json["method"]?.text, path: json["path"]?.text)
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

    /// The faults for this request: any delays, and at most one of the others.
    mutating func take(httpMethod: String, apiMethod: String, path: String) -> [EmulatorFault.Kind] {
        var taken: [EmulatorFault.Kind] = []
        for index in faults.indices
        where faults[index].matches(httpMethod: httpMethod, apiMethod: apiMethod, path: path) {
            var isDelay = false
            if case .delay = faults[index].kind { isDelay = true }
            guard isDelay || taken.allSatisfy({ if case .delay = $0 { true } else { false } }) else { continue }
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
