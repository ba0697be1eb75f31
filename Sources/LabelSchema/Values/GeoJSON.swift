/// Whether JSON has the structure of GeoJSON (RFC 7946).
enum GeoJSON {
    /// A geometry, a feature, or a collection of either.
    static func isObject(_ node: SchemaNode) -> Bool {
        switch type(of: node) {
        case "Feature": isFeature(node)
        case "FeatureCollection":
            hasGoodBox(node)
                && node["features"]?.itemList?.allSatisfy { type(of: $0) == "Feature" && isFeature($0) } == true
        default: isGeometry(node)
        }
    }

    static func type(of node: SchemaNode) -> String? {
        guard let type = node["type"], case .string(let text) = type.value else { return nil }
        return text
    }

    private static func isFeature(_ node: SchemaNode) -> Bool {
        guard hasGoodBox(node), let geometry = node["geometry"], let properties = node["properties"] else {
            return false
        }
        if let id = node["id"] {
            switch id.value {
            case .string, .number: break
            default: return false
            }
        }
        return (geometry.isNull || isGeometry(geometry)) && (properties.isNull || properties.memberList != nil)
    }

    private static func isGeometry(_ node: SchemaNode) -> Bool {
        guard hasGoodBox(node), let type = type(of: node) else { return false }
        if type == "GeometryCollection" { return node["geometries"]?.itemList?.allSatisfy(isGeometry) == true }
        guard let coordinates = node["coordinates"] else { return false }
        switch type {
        case "Point": return isPosition(coordinates)
        case "MultiPoint": return coordinates.itemList?.allSatisfy(isPosition) == true
        case "LineString": return isLine(coordinates)
        case "MultiLineString": return coordinates.itemList?.allSatisfy(isLine) == true
        case "Polygon": return isPolygon(coordinates)
        case "MultiPolygon": return coordinates.itemList?.allSatisfy(isPolygon) == true
        default: return false
        }
    }

    /// Longitude, latitude, and the height if there is one.
    static func isPosition(_ node: SchemaNode) -> Bool {
        guard let items = node.itemList, (2...3).contains(items.count) else { return false }
        return items.allSatisfy(\.isNumber)
    }

    private static func isLine(_ node: SchemaNode) -> Bool {
        guard let items = node.itemList, items.count >= 2 else { return false }
        return items.allSatisfy(isPosition)
    }

    /// Rings that end where they begin.
    private static func isPolygon(_ node: SchemaNode) -> Bool {
        guard let rings = node.itemList else { return false }
        return rings.allSatisfy { ring in
            guard let items = ring.itemList, items.count >= 4, items.allSatisfy(isPosition) else { return false }
            return JSONValueText.bytes(items[0]) == JSONValueText.bytes(items[items.count - 1])
        }
    }

    /// A `bbox`, if there is one, has two corners.
    static func hasGoodBox(_ node: SchemaNode) -> Bool {
        guard let box = node["bbox"] else { return true }
        guard let items = box.itemList, items.count == 4 || items.count == 6 else { return false }
        return items.allSatisfy(\.isNumber)
    }
}

/// Whether JSON has the structure of TopoJSON.
enum TopoJSON {
    /// A topology, which is named objects made of shared arcs, or a geometry that needs no arcs.
    static func isObject(_ node: SchemaNode) -> Bool {
        if GeoJSON.type(of: node) != "Topology" { return GeoJSON.type(of: node) != nil && isGeometry(node, 0) }
        guard GeoJSON.hasGoodBox(node), hasGoodTransform(node),
            let objects = node["objects"]?.memberList, let arcs = node["arcs"]?.itemList
        else { return false }
        let areArcs = arcs.allSatisfy { arc in
            guard let positions = arc.itemList, positions.count >= 2 else { return false }
            return positions.allSatisfy(isPosition)
        }
        return areArcs && objects.allSatisfy { isGeometry($0.value, arcs.count) }
    }

    private static func isPosition(_ node: SchemaNode) -> Bool {
        guard let items = node.itemList, items.count >= 2 else { return false }
        return items.allSatisfy(\.isNumber)
    }

    private static func hasGoodTransform(_ node: SchemaNode) -> Bool {
        guard let transform = node["transform"] else { return true }
        return ["scale", "translate"].allSatisfy { name in
            guard let items = transform[name]?.itemList else { return false }
            return items.count == 2 && items.allSatisfy(\.isNumber)
        }
    }

    private static func isGeometry(_ node: SchemaNode, _ arcCount: Int) -> Bool {
        guard let type = node["type"], GeoJSON.hasGoodBox(node) else { return false }
        if type.isNull { return true }
        let arcs = node["arcs"]
        let coordinates = node["coordinates"]
        switch GeoJSON.type(of: node) {
        case "Point": return coordinates.map(isPosition) == true
        case "MultiPoint": return coordinates?.itemList?.allSatisfy(isPosition) == true
        case "LineString": return arcs.map { areArcs($0, depth: 1, arcCount) } == true
        case "MultiLineString", "Polygon": return arcs.map { areArcs($0, depth: 2, arcCount) } == true
        case "MultiPolygon": return arcs.map { areArcs($0, depth: 3, arcCount) } == true
        case "GeometryCollection": return node["geometries"]?.itemList?.allSatisfy { isGeometry($0, arcCount) } == true
        default: return false
        }
    }

    /// Places of arcs that are there; a negative one, `~n`, is an arc the other way round.
    private static func areArcs(_ node: SchemaNode, depth: Int, _ arcCount: Int) -> Bool {
        if depth > 0 { return node.itemList?.allSatisfy { areArcs($0, depth: depth - 1, arcCount) } == true }
        guard case .number(let literal) = node.value, let place = Int(literal) else { return false }
        return (0..<arcCount).contains(place < 0 ? ~place : place)
    }
}

extension SchemaNode {
    /// The members of a mapping; nil of anything else.
    var memberList: [SchemaMember]? {
        if case .mapping(let members) = value { members } else { nil }
    }

    /// The entries of a list; nil of anything else.
    var itemList: [SchemaNode]? {
        if case .list(let items) = value { items } else { nil }
    }

    var isNull: Bool {
        if case .null = value { true } else { false }
    }

    var isNumber: Bool {
        if case .number = value { true } else { false }
    }
}
