import LabelSchema
import Testing

/// Foreign keys to lists, which are looked up row by row.
@Suite struct ListReferenceTests {
    private static func schema(_ key: String) throws -> LabelSchema {
        let lists = ["foods.csv": "name,reading\n醤油,しょうゆ\n味噌,みそ\n", "shops.csv": "shop,code\n東,1\n西,2\n"]
        return try LabelSchema.parse(
            """
            primaryKey: [id]
            sheaf: { normalize: [nfkc, trim] }
            foreignKeys: [\(key)]
            fields:
              - { name: id, type: integer }
              - { name: food, title: 食品, sheaf: { role: label } }
              - { name: shop, sheaf: { role: label } }
              - { name: code, type: integer, sheaf: { role: label } }
            """, file: "keys.yaml", lists: ListFiles { lists[$0].map { Array($0.utf8) } })
    }

    private static let one = "{ fields: [food], reference: { resource: foods.csv, fields: [name] } }"
    private static let two = "{ fields: [shop, code], reference: { resource: shops.csv, fields: [shop, code] } }"

    @Test(
        arguments: [
            (one, ["1", " 醤油 ", "", ""], nil), (one, ["1", "", "東", ""], nil), (one, ["1", "塩", "", ""], "食品"),
            (two, ["1", "", "東", "１"], nil), (two, ["1", "", "東", "2"], "shop"),
            // A reference that is not whole refers to nothing.
            (two, ["1", "", "北", ""], nil),
        ] as [(String, [String], String?)])
    func aValueThatTheListDoesNotHaveIsRefused(key: String, cells: [String], refused: String?) throws {
        let schema = try Self.schema(key)
        let row = try #require(schema.check([cells.map { Typed.text($0) }]).first)
        #expect(row.kind == (refused == nil ? .valid : .invalid))
        #expect(row.errors.map(\.code) == (refused == nil ? [] : ["foreign-key"]))
        #expect(row.errors.first?.detail["title"] == refused)
    }

    @Test func theNearestValueOfTheListIsNamed() throws {
        let schema = try Self.schema(Self.one)
        let error = try #require(schema.check([["1", "しようゆ", "", ""]]).first?.errors.first)
        #expect(error.message(.ja) == "「しようゆ」は「食品」で使える値の一覧にありません。「醤油」ではありませんか？")
    }

    /// A stored label is held to the list that the schema has now.
    @Test(arguments: [
        (one, #"{"food":"醤油","id":1}"#, 0), (one, #"{"food":"塩","id":1}"#, 1), (one, #"{"id":1}"#, 0),
        (two, #"{"code":2,"id":1,"shop":"西"}"#, 0), (two, #"{"code":1,"id":1,"shop":"西"}"#, 1),
    ])
    func aStoredLabelIsHeldToTheList(key: String, label: String, errors: Int) throws {
        let found = try Self.schema(key).check(canonicalLabel: Array(label.utf8))
        #expect(found.map(\.code) == Array(repeating: "foreign-key", count: errors))
    }
}
