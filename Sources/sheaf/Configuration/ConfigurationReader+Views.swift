import LabelSchema
import LabelStore
import Yams

extension ConfigurationReader {
    /// Where the SQL views go: `views: off`, or `views: { database: labels_views }`.
    func views(_ top: YAMLMapping) -> ViewPlace {
        guard let node = top["views"] else { return .storeDatabase }
        switch node.scalar?.string {
        case "off"?, "false"?: return .nowhere
        case "on"?, "true"?: return .storeDatabase
        case let word?:
            collector.note(
                "`views` is `\(CellText.shown(word))`; write off, on, or { database: labels_views }", at: node)
            return .storeDatabase
        case nil: break
        }
        guard let mapping = top.mapping("views", keys: ["database"]) else { return .storeDatabase }
        guard let name = mapping.requiredText("database", hint: "name the database that the views go to") else {
            return .storeDatabase
        }
        let scalars = name.unicodeScalars
        let systemDatabases = ["information_schema", "mysql", "performance_schema", "sys"]
        if scalars.count > 64 || name.hasSuffix(" ") || scalars.contains(where: { $0.value == 0 || $0.value > 0xFFFF })
        {
            collector.note("`views.database` cannot be the name of a database", at: mapping["database"])
        } else if systemDatabases.contains(name.lowercased()) {
            collector.note(
                "`views.database` is a database of the server's own; make one for the views", at: mapping["database"])
        }
        return .database(name)
    }
}
