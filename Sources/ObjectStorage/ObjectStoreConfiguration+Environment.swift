extension ObjectStoreConfiguration {
    /// The store that the environment names, in the variables and files that Amazon's own tools read.
    ///
    /// Credentials are those of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or of the profile
    /// `AWS_PROFILE` in `AWS_SHARED_CREDENTIALS_FILE` or `AWS_CONFIG_FILE`; the region is that of `AWS_REGION`,
    /// `AWS_DEFAULT_REGION` or the profile; a store other than Amazon's own is that of `AWS_ENDPOINT_URL_S3` or
    /// `AWS_ENDPOINT_URL`, and `AWS_CA_BUNDLE` says whom to trust. What is empty counts as not set.
    ///
    /// - Parameters:
    ///   - environment: the variables.
    ///   - readFile: the text of a file; `nil` if there is none.
    /// - Returns: the store.
    /// - Throws: `ObjectStorageError` `invalid`, which says what is missing.
    package static func fromEnvironment(
        _ environment: [String: String], readFile: (String) -> String?
    ) throws(ObjectStorageError) -> ObjectStoreConfiguration {
        let variables = environment.filter { !$0.value.isEmpty }
        let profile = Profile(variables, readFile: readFile)
        let endpoint = variables["AWS_ENDPOINT_URL_S3"] ?? variables["AWS_ENDPOINT_URL"] ?? profile["endpoint_url"]
        let region = variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"] ?? profile["region"]
        guard let region = region ?? endpoint.map({ _ in "us-east-1" }) else {
            throw ObjectStorageError(
                .invalid, "the region of the object store is not set",
                hint: "Set AWS_REGION to the bucket's region, such as eu-central-1.")
        }
        var configuration = try ObjectStoreConfiguration(
            region: region, credentials: credentials(variables, profile), endpoint: endpoint)
        configuration.certificateAuthorityFile = variables["AWS_CA_BUNDLE"]
        return configuration
    }

    private static func credentials(
        _ variables: [String: String], _ profile: Profile
    ) throws(ObjectStorageError) -> ObjectStoreCredentials {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        let given = names.filter { variables[$0] != nil }
        if let one = given.first, given.count == 1 {
            let other = names.first { $0 != one } ?? ""
            throw ObjectStorageError(.invalid, "\(one) is set, and \(other) is not", hint: "Set both, or none.")
        }
        if let accessKey = variables[names[0]], let secretKey = variables[names[1]] {
            return try ObjectStoreCredentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: variables["AWS_SESSION_TOKEN"])
        }
        if let accessKey = profile["aws_access_key_id"], let secretKey = profile["aws_secret_access_key"] {
            return try ObjectStoreCredentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: profile["aws_session_token"])
        }
        throw ObjectStorageError(
            .invalid, "there are no credentials for the object store",
            hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile that has them in "
                + "\(profile.credentialsFile ?? "the file of AWS_SHARED_CREDENTIALS_FILE").")
    }
}

/// A profile of Amazon's configuration files.
private struct Profile {
    let credentialsFile: String?
    private var settings: [String: String] = [:]

    init(_ variables: [String: String], readFile: (String) -> String?) {
        let name = variables["AWS_PROFILE"] ?? "default"
        let folder = variables["HOME"].map { $0 + "/.aws" }
        credentialsFile = variables["AWS_SHARED_CREDENTIALS_FILE"] ?? folder.map { $0 + "/credentials" }
        let configFile = variables["AWS_CONFIG_FILE"] ?? folder.map { $0 + "/config" }
        if let text = configFile.flatMap(readFile) {
            let section = name == "default" ? ["default", "profile default"] : ["profile \(name)"]
            settings = Self.section(section, of: text)
        }
        if let text = credentialsFile.flatMap(readFile) {
            // A key pair comes from one file as a whole: half of another one must not complete it.
            let found = Self.section([name], of: text)
            if found["aws_access_key_id"] != nil || found["aws_secret_access_key"] != nil {
                settings = settings.filter { !$0.key.hasPrefix("aws_") }
            }
            settings.merge(found) { $1 }
        }
    }

    subscript(_ name: String) -> String? { settings[name] }

    /// The settings of a section of an INI file; nested ones, which are indented, are left out.
    private static func section(_ names: [String], of text: String) -> [String: String] {
        var settings: [String: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = trimmed(line)
            if trimmed.hasPrefix("[") {
                isInside = names.contains { trimmed == "[\($0)]" }
            } else if isInside, line.first?.isWhitespace == false, !trimmed.hasPrefix("#"), !trimmed.hasPrefix(";"),
                let equals = trimmed.firstIndex(of: "=")
            {
                let value = Self.trimmed(trimmed[trimmed.index(after: equals)...])
                if !value.isEmpty { settings[Self.trimmed(trimmed[..<equals]).lowercased()] = value }
            }
        }
        return settings
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
