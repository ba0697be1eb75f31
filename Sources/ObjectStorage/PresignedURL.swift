internal import Digest

/// Signs an address by its query (AWS Signature Version 4), so that whoever has it may read one object for some time.
struct PresignedURL {
    /// The longest that Amazon lets a signature be good: 7 days.
    static let longestLife = 7 * 24 * 3_600

    let credentials: ObjectStoreCredentials
    let region: String

    /// The signed address.
    ///
    /// - Parameters:
    ///   - address: the object.
    ///   - seconds: how long it is good.
    ///   - now: the time in seconds since 1970.
    ///   - parameters: further members of the query, such as `response-content-type`.
    /// - Returns: the URL, which is as good as a secret until it expires.
    func get(
        _ address: ObjectAddress, seconds: Int, now: Int64, parameters: [(name: String, value: String)] = []
    ) -> String {
        let time = SignatureTime(secondsSince1970: now)
        let scope = "\(time.day)/\(region)/s3/aws4_request"
        var query: [(name: String, value: String)] = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", "\(credentials.accessKey)/\(scope)"),
            ("X-Amz-Date", time.text), ("X-Amz-Expires", "\(seconds)"), ("X-Amz-SignedHeaders", "host"),
        ]
        if let token = credentials.sessionToken { query.append(("X-Amz-Security-Token", token)) }
        query += parameters
        let canonical = [
            "GET", address.path, PercentEncoding.query(query), "host:\(address.authority)\n", "host",
            "UNSIGNED-PAYLOAD",
        ].joined(separator: "\n")
        var hasher = SHA256Hasher()
        hasher.update(canonical)
        let text = "AWS4-HMAC-SHA256\n\(time.text)\n\(scope)\n\(hasher.finish().hex)"
        let signature = HMACSHA256.authenticate(Array(text.utf8), key: signingKey(day: time.day))
        return address.url(query) + "&X-Amz-Signature=\(signature.hex)"
    }

    private func signingKey(day: String) -> [UInt8] {
        [day, region, "s3", "aws4_request"].reduce(Array("AWS4\(credentials.secretKey)".utf8)) { key, part in
            HMACSHA256.authenticate(Array(part.utf8), key: key).bytes
        }
    }
}

/// A time as signatures have it: `20261121T221950Z`, and its day.
struct SignatureTime {
    let text: String
    let day: String

    init(secondsSince1970 seconds: Int64) {
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // Counted from March of the year 0, so that the leap day comes last: eras of 400 years have 146,097 days.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month < 10 ? 0 : 1)
        day = Self.digits(year, 4) + Self.digits(month < 10 ? month + 3 : month - 9, 2) + Self.digits(dayOfMonth, 2)
        text =
            "\(day)T" + Self.digits(second / 3_600, 2) + Self.digits(second / 60 % 60, 2) + Self.digits(second % 60, 2)
            + "Z"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(count - text.count, 0)) + text
    }
}
