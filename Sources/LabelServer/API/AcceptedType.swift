internal import HTTPTypes

/// What a client says it takes, with how gladly.
enum AcceptedType {
    /// A name and its `q`, of one item of a list.
    static func parsed(_ item: some StringProtocol) -> (name: String, quality: Double) {
        let parts = item.split(separator: ";").map { part in
            String(part.filter { $0 != " " && $0 != "\t" }).lowercased()
        }
        var quality = 1.0
        for part in parts.dropFirst() where part.hasPrefix("q=") { quality = Double(part.dropFirst(2)) ?? 0 }
        return (parts.first ?? "", quality)
    }

    /// The media type that is liked best.
    ///
    /// - Parameters:
    ///   - headers: of the request.
    ///   - offered: what there is, the usual one first.
    /// - Returns: one of them; `nil` if none is welcome.
    static func best(_ headers: HTTPFields, of offered: [String]) -> String? {
        let fields = headers[values: .accept]
        if fields.isEmpty { return offered.first }
        let wanted = fields.joined(separator: ",").split(separator: ",").map { parsed($0) }
        if wanted.isEmpty { return offered.first }
        func quality(_ type: String) -> Double {
            let main = type.prefix { $0 != "/" }
            // The nearest name counts.
            for name in [type, "\(main)/*", "*/*"] {
                if let found = wanted.first(where: { $0.name == name }) { return found.quality }
            }
            return 0
        }
        return offered.map { ($0, quality($0)) }.filter { $0.1 > 0 }.max { $0.1 < $1.1 }?.0
    }
}
