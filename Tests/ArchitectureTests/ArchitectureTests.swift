import Testing

@Suite struct ArchitectureTests {
    @Test func everyModuleStandsInTheTable() {
        #expect(SourceTree.files.count > 50, "the sources were not found")
        for module in SourceTree.modules { #expect(Module.byName[module] != nil, "\(module) is not in the table") }
    }

    @Test(arguments: Module.table.map(\.name))
    func importsOnlyWhatTheTableAllows(name: String) throws {
        let module = try #require(Module.byName[name])
        let system = Module.pureCore.contains(name) ? Module.systemOfTheCore : Module.system
        let allowed = module.mayImport.union(module.packages).union(system)
        for file in SourceTree.files where file.module == name {
            for imported in file.imports {
                #expect(allowed.contains(imported), "\(file.path) imports \(imported)")
            }
        }
    }

    @Test func importsPointOneWay() {
        var order: Set<String> = []
        for module in Module.table {
            let later = module.mayImport.subtracting(order)
            #expect(later.isEmpty, "\(module.name) may import \(later.sorted()), which come after it")
            order.insert(module.name)
        }
    }

    @Test(arguments: ["CCurl", "CMySQL", "COpenSSL", "CZlib"])
    func aLibraryInCIsImportedByOneModule(library: String) {
        let importers = Set(SourceTree.files.filter { $0.imports.contains(library) }.map(\.module))
        #expect(importers.count == 1, "\(library) is imported by \(importers.sorted())")
        // And by none that would show it to others.
        let shown = SourceTree.files.flatMap { file in
            file.lines(of: file.code, matching: /(?:public|package) import C(?:Curl|MySQL|OpenSSL|Zlib)/)
        }
        #expect(shown.isEmpty, "\(shown)")
    }

    @Test func thePureCoreTouchesNoFileNoSocketAndNoClock() {
        let outside =
            /\b(?:FileManager|FileHandle|URLSession|ProcessInfo|Process\(|ContinuousClock|SuspendingClock|Date\(\)|Date\.now|Task\.sleep|clock_gettime|gettimeofday|getenv|fopen|socket\()/
        for file in SourceTree.files where Module.pureCore.contains(file.module) {
            let found = file.lines(of: file.code, matching: outside)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
    }

    @Test func onlyTheStoreHoldsSQL() {
        let sql =
            /\b(?:SELECT\s.*\bFROM|INSERT INTO|REPLACE INTO|DELETE FROM|CREATE TABLE|ALTER TABLE|DROP TABLE|UPDATE \w+ SET|START TRANSACTION)\b/
        for file in SourceTree.files where !Module.withSQL.contains(file.module) {
            let found = file.lines(of: file.codeAndStrings, matching: sql)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
    }

    /// What MySQL 8.0, Aurora, TiDB or a Galera cluster refuse, or give to two workers at once; see docs/databases.md.
    @Test func noSQLIsOfOneDatabaseOnly() {
        let refused =
            /\b(?:RETURNING|SKIP LOCKED|NOWAIT|GET_LOCK|RELEASE_LOCK|LOAD DATA|LOCK TABLES|FOR UPDATE|FOR SHARE|LOCK IN SHARE MODE|REPLACE INTO|INSERT IGNORE|UPDATE IGNORE|CREATE SEQUENCE|NEXTVAL|ROW_COUNT\(\)|FOUND_ROWS|CREATE TRIGGER|CREATE PROCEDURE|CREATE FUNCTION|PARTITION BY RANGE|FULLTEXT|SPATIAL|CREATE TEMPORARY|HANDLER \w+ OPEN|INTERSECT|EXCEPT\b)/
        for file in SourceTree.files where ["LabelStore", "MySQL"].contains(file.module) {
            let found = file.lines(of: file.codeAndStrings, matching: refused)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
        for (name, text) in SourceTree.migrations {
            let statements = text.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n")
            #expect(statements.firstMatch(of: refused) == nil, "\(name)")
            // TiDB makes no key of a column that the same statement adds, nor two changes that depend on each other.
            #expect(statements.firstMatch(of: /ADD COLUMN[^;]*ADD (?:KEY|INDEX|UNIQUE)/) == nil, "\(name)")
            // A Galera cluster replicates InnoDB only, and needs a primary key for each table.
            for table in statements.split(separator: ";") where table.contains("CREATE TABLE") {
                #expect(table.contains("PRIMARY KEY") && table.contains("ENGINE=InnoDB"), "\(name): \(table)")
            }
            #expect(statements.firstMatch(of: /\b(?:JSON|ENUM|FOREIGN KEY|REFERENCES)\b/) == nil, "\(name)")
        }
    }

    /// Workers' clocks differ, and the database has one: only what a counterpart dates goes by the machine's own.
    @Test func whoeverDecidesByTimeAsksTheDatabase() {
        let wall =
            /\b(?:Date\(\)|Date\.now|Date\(timeIntervalSinceNow|clock_gettime|gettimeofday|time\(nil\)|secondsSince1970)/
        for file in SourceTree.files
        where ["LabelStore", "Sync", "Training", "LabelServer", "MySQL"].contains(file.module) {
            let found = file.lines(of: file.code, matching: wall)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
    }

    @Test func namesOfCLibrariesStayInTheirModules() {
        for file in SourceTree.files where file.module != "MySQL" {
            let found = file.lines(of: file.code, matching: /\b(?:mysql|sheaf_bind|sheaf_tls)_\w+/)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
        for file in SourceTree.files where file.module != "HTTPTransfer" {
            let found = file.lines(of: file.code, matching: /\bcurl_\w+/)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }
    }

    @Test func nothingIsPublicOrUnfinishedOrMayTrap() {
        for file in SourceTree.files {
            let found = file.lines(of: file.code, matching: /\bpublic\b|\bopen class\b|try!|\bfatalError\b/)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
            let notes = file.lines(of: file.text, matching: /\b(?:TODO|FIXME|XXX)\b/)
            #expect(notes.isEmpty, "\(notes.joined(separator: "\n"))")
        }
    }

    @Test func readsImportsAndLeavesOutWhatIsNoCode() {
        let text = #"""
            @testable internal import struct Foundation.URL
            package import MySQL // import Comment
            let text = "import Literal // \" no comment" + "x" // public
            let long = """
                import LongLiteral
                """
            importAll()
            import LabelDiff
            """#
        let file = SourceFile(module: "m", path: "p", text: text)
        #expect(file.imports == ["Foundation", "MySQL", "LabelDiff"])
        #expect(!file.code.contains("Literal") && !file.code.contains("public") && file.code.contains("let long"))
        #expect(file.codeAndStrings.contains("import Literal // ") && !file.codeAndStrings.contains("public"))
    }
}
