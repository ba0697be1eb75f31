/// A place on the earth, in degrees.
struct GeoPoint {
    let longitude: Double
    let latitude: Double

    /// Reads `lon, lat`, `[lon, lat]` or `{"lon": …, "lat": …}`, as the format says; nil if it is none, or no place.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, _ format: FieldFormat) {
        switch format {
        case .array:
            guard let node = JSONValueText.node(bytes), case .list(let items) = node.value, items.count == 2 else {
                return nil
            }
            self.init(Self.number(items[0]), Self.number(items[1]))
        case .object:
            guard let node = JSONValueText.node(bytes), case .mapping(let members) = node.value, members.count == 2
            else { return nil }
            let member = { (name: String) in members.first { $0.name == name }.flatMap { Self.number($0.value) } }
            self.init(member("lon"), member("lat"))
        default:
            guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")) else { return nil }
            self.init(Self.number(bytes[..<comma]), Self.number(bytes[(comma + 1)...]))
        }
    }

    private init?(_ longitude: Double?, _ latitude: Double?) {
        guard let longitude, let latitude, longitude.magnitude <= 180, latitude.magnitude <= 90 else { return nil }
        self.longitude = longitude
        self.latitude = latitude
    }

    private static func number(_ node: SchemaNode) -> Double? {
        guard case .number(let literal) = node.value else { return nil }
        return Double(literal)
    }

    private static func number(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var piece = bytes.drop(while: isSpace)
        while let last = piece.last, isSpace(last) { piece.removeLast() }
        return NumberText.double(UnsafeBufferPointer(rebasing: piece))
    }

    /// Appends `{"lat":…,"lon":…}`: named, since people mistake the order.
    func append(to arena: inout ByteArena) {
        arena.append(#"{"lat":"#)
        arena.append(NumberText.canonical(latitude))
        arena.append(#","lon":"#)
        arena.append(NumberText.canonical(longitude))
        arena.append(UInt8(ascii: "}"))
    }
}
