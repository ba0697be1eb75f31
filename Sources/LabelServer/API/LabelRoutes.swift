internal import Digest
internal import HTTPTypes
internal import Hummingbird
internal import LabelDiff
internal import LabelExport
internal import LabelSchema
internal import LabelStore
internal import Sync
internal import Synchronization

/// The labels of a version, as `sheaf export` writes them.
struct LabelRoutes {
    let catalog: Catalog
    let streamed: StreamedAnswer
    let splits: [String: UsualSplit]

    static let path = "/v1/datasets/{dataset}/versions/{version}/labels"

    /// Labels that are looked at between two writes: what a stream holds in memory.
    private static let chunk = 4_000

    private static let query = [
        "format", "formulas", "tombstones", "columns", "where", "split", "only", "by", "salt", "changed_since", "limit",
        "after", "cursors",
    ]

    func add(to routes: inout APIRoutes) {
        routes.add(APIRoute(.get, Self.path, role: .reader, query: Self.query, handler: labels))
    }

    @Sendable private func labels(_ call: APICall) async throws -> Response {
        let dataset = try await catalog.dataset(call)
        let form = try form(call)
        let name = call.parameter("version")
        let version = try await catalog.version(name, of: dataset)
        let hasCursors = try call.query.flag("cursors")
        if hasCursors, form.format != .ndjson {
            throw APIProblem.badRequest("`cursors` goes with NDJSON.", code: "bad-parameter")
        }
        let limit = try call.query.number("limit", in: 1...Int(Int32.max))
        let reading = try await LabelReading(
            store: catalog.store, dataset: dataset, version: version,
            selection: try await selection(call, dataset), form: form)
        let after = try await after(call, reading)
        let isGzip = StreamedAnswer.takesGzip(call.request.headers)
        let wish = "\(after?.description ?? "")/\(limit.map(String.init) ?? "")/\(hasCursors)"
        let tag = Self.tag(reading.identity, wish, isGzip: isGzip)
        var headers = head(reading, tag, isNumbered: version.version == Int(name))
        if tag.isNamed(by: call.request.headers) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = form.mediaType
        headers[.trailer] = "Sheaf-Cursor, Sheaf-Rows"
        return try streamed.response(to: call, headers: headers, isGzip: isGzip) { writer in
            // What goes on where another answer broke off has its head already.
            if after == nil { try await writer.write(reading.header) }
            let progress = Progress()
            try await reading.forEachChunk(
                in: after.map { KeyStretch(after: $0) } ?? .all, limit: Self.chunk, maximum: limit ?? .max
            ) { chunk in
                progress.add(chunk)
                try await writer.write(hasCursors ? chunk.bytes + Self.mark(chunk.cursor) : chunk.bytes)
            }
            // Thrown before the last byte: what was received looks cut, and nobody takes it for whole.
            try await reading.requireNothingRedactedMeanwhile()
            if let cursor = progress.cursor { writer.set(trailer: "Sheaf-Cursor", cursor.description) }
            writer.set(trailer: "Sheaf-Rows", "\(progress.rows)")
        }
    }

    /// How far a stream is.
    private final class Progress: Sendable {
        private let state = Mutex<(cursor: KeyHash?, rows: Int)>((nil, 0))

        var cursor: KeyHash? { state.withLock { $0.cursor } }
        var rows: Int { state.withLock { $0.rows } }

        func add(_ chunk: LabelReading.Chunk) {
            state.withLock { $0 = (chunk.cursor, $0.rows + chunk.rows) }
        }
    }

    private static func mark(_ cursor: KeyHash) -> [UInt8] { Array("{\"$cursor\":\"\(cursor)\"}\n".utf8) }

    private static func tag(_ identity: SHA256Digest, _ wish: String, isGzip: Bool) -> EntityTag {
        var hasher = SHA256Hasher()
        hasher.update(identity.bytes)
        hasher.update(wish)
        return EntityTag(text: hasher.finish().hex.prefix(32) + (isGzip ? "-gzip" : ""))
    }

    private func head(_ reading: LabelReading, _ tag: EntityTag, isNumbered: Bool) -> HTTPFields {
        var headers: HTTPFields = [
            .eTag: tag.description, .vary: "Accept, Accept-Encoding, Authorization",
            .cacheControl: isNumbered ? EntityTag.forGood : "private, no-cache",
            .contentLocation: Catalog.path(reading.dataset, reading.version.version) + "/labels",
        ]
        for (name, value) in [
            ("Sheaf-Version", "\(reading.version.version)"), ("Sheaf-Version-Hash", reading.version.versionHash.hex),
            ("Sheaf-Left-Out", "\(reading.form.hasTombstones ? 0 : reading.leftOut)"),
        ] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return headers
    }

    // MARK: - What is wanted

    private func form(_ call: APICall) throws -> LabelForm {
        var format = LabelForm.Format.ndjson
        if let text = call.query["format"] {
            guard let named = LabelForm.Format(rawValue: text) else {
                throw APIProblem.badRequest("`format` must be ndjson or csv.", code: "bad-parameter")
            }
            format = named
        } else {
            switch AcceptedType.best(
                call.request.headers, of: ["application/x-ndjson", "text/csv", "application/jsonl"])
            {
            case nil:
                throw APIProblem(
                    .notAcceptable, code: "not-acceptable", title: "Not in a form that is welcome",
                    detail: "Labels come as application/x-ndjson or text/csv.")
            case "text/csv"?: format = .csv
            default: break
            }
        }
        var formulas = LabelForm.Formulas.escape
        if let text = call.query["formulas"] {
            guard let named = LabelForm.Formulas(rawValue: text) else {
                throw APIProblem.badRequest("`formulas` must be escape or keep.", code: "bad-parameter")
            }
            formulas = named
        }
        let hasTombstones = try call.query.flag("tombstones")
        if hasTombstones, format != .ndjson || call.query["columns"] != nil {
            throw APIProblem.badRequest("`tombstones` goes with NDJSON and whole labels.", code: "bad-parameter")
        }
        return LabelForm(format, formulas: formulas, hasTombstones: hasTombstones)
    }

    private func selection(_ call: APICall, _ dataset: DatasetRecord) async throws -> LabelSelection {
        var since: Int?
        if let text = call.query["changed_since"] {
            since = try await catalog.version(text, of: dataset).version
        }
        return LabelSelection(
            columns: call.query["columns"].map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }, condition: call.query["where"], split: try split(call, dataset), changedSince: since)
    }

    private func split(_ call: APICall, _ dataset: DatasetRecord) throws -> SplitChoice? {
        let query = call.query
        guard ["split", "only", "by", "salt"].contains(where: { query[$0] != nil }) else { return nil }
        let usual = splits[dataset.name]
        guard let shares = query["split"] ?? usual?.shares else {
            throw APIProblem.badRequest(
                "There are no splits to choose from.", code: "bad-split",
                hint: "Give `split`, such as train:80,validation:10,test:10.")
        }
        guard let only = query["only"] else {
            throw APIProblem.badRequest(
                "`only` is missing: the split that is wanted.", code: "bad-split",
                hint: "One answer holds one split: ask once for each.")
        }
        return try SplitChoice(
            shares, salt: query["salt"] ?? usual?.salt ?? dataset.name, by: query["by"] ?? usual?.by, only: only)
    }

    /// The key to go on behind: its hash, or the primary key as a JSON array.
    private func after(_ call: APICall, _ reading: LabelReading) async throws -> KeyHash? {
        guard let text = call.query["after"] else { return nil }
        if let hash = Self.hash(text) { return hash }
        if text.utf8.count <= 60_000, let key = reading.schema.key(json: text) {
            let hash = LabelSchema.keyHash(key)
            let found = try await catalog.store.labels(
                of: reading.dataset, version: reading.version.version, keys: [hash])
            // "1234" is not 1234: a slip would skip labels without a word.
            guard !found.isEmpty else {
                throw APIProblem.badRequest(
                    "`after` is no key of this version.", code: "unknown-key",
                    hint: "The primary key as it stands in the last line that was received: numbers without quotes.")
            }
            return hash
        }
        throw APIProblem.badRequest(
            "`after` must be a key hash of 32 hexadecimal digits, or a primary key as a JSON array.",
            code: "bad-parameter", hint: "The key of the last whole line that was received.")
    }

    private static func hash(_ text: String) -> KeyHash? {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        return KeyHash(high: high, low: low)
    }
}

/// How a dataset's labels are divided unless a request says otherwise.
package struct UsualSplit: Sendable {
    package var shares: String
    package var by: String?
    package var salt: String?

    package init(shares: String, by: String?, salt: String?) {
        (self.shares, self.by, self.salt) = (shares, by, salt)
    }
}
