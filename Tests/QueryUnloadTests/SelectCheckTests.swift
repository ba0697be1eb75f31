import Testing

@testable import QueryUnload

@Suite struct SelectCheckTests {
    @Test(arguments: Refusals.statements)
    func refusesWhatIsNotOneSelectThatOnlyReads(statement: String) async {
        await expectProblem(.notOneSelect) { _ = try SelectCheck().check(statement) }
    }

    @Test(arguments: [
        "SELECT 1", "select 1", "  SELECT 1 ;  ;; -- done", "(SELECT 1)", "((SELECT 1) UNION (SELECT 2))",
        "SELECT 1 UNION ALL SELECT 2 ORDER BY 1 LIMIT 1 OFFSET 0", "WITH a AS (SELECT 1) SELECT * FROM a",
        "WITH RECURSIVE a (n, m) AS (SELECT 1, 2 UNION SELECT n + 1, m FROM a WHERE n < 5), b (k) AS (SELECT 1) SELECT * FROM a",
        "SELECT ';', \";\", `;`", "SELECT 'it''s', 'it\\'s', \"a\"\"b\", `a``b`", "SELECT '/*! x */ -- # ;'",
        "SELECT 1 -- a ; comment\n", "SELECT 1 # into outfile\n", "SELECT 1 /* into outfile ; */", "SELECT 1--1",
        "SELECT 3-/**/-1",
        "SELECT COUNT(*), GROUP_CONCAT(DISTINCT name ORDER BY name SEPARATOR ';') FROM t GROUP BY kind WITH ROLLUP",
        "SELECT CAST(a AS DECIMAL(10, 2)), CONVERT(b, CHAR(3)), CONVERT(c USING utf8mb4), x'41', b'01', _utf8mb4'x', N'x'",
        "SELECT `into`, `update`, t.`delete` FROM t", "SELECT REPLACE(a, 'x', 'y'), INSERT(a, 1, 1, 'z') FROM t",
        "SELECT ROW_NUMBER() OVER (PARTITION BY kind ORDER BY id) FROM t",
        "SELECT 1.5e-3, .5, 1e5, 1e+5, 0xFF, 0b01, 1.0",
        "SELECT * FROM t USE INDEX (by_name) WHERE a IN (1, 2) AND EXISTS (SELECT 1 FROM u USING (id))",
        "SELECT * FROM t PARTITION (p0, p1)", "SELECT SUBSTRING(a FROM 1 FOR 2), TRIM(LEADING 'x' FROM a) FROM t",
        "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (n INT PATH '$')) AS j", "SELECT label->>'$.name' FROM t",
        "SELECT * FROM (SELECT 1, 2) AS t (a, b)", "SELECT * FROM (SELECT 1, 2) t (a, b)",
        "SELECT 料理名 FROM `レシピ` WHERE 料理名 = '醤油; ラーメン'", "SELECT CASE WHEN (a) THEN (b) ELSE (c) END FROM t",
        "SELECT * FROM a LEFT JOIN (b CROSS JOIN c) ON (a.id = b.id)",
        "SELECT LEFT(a, 1), RIGHT(a, 1), IF(a, b, c) FROM t",
        "SELECT a FROM t WHERE MATCH (a) AGAINST ('x' IN BOOLEAN MODE)",
        "SELECT NOW(6), UTC_TIMESTAMP(6), INTERVAL (1) DAY + NOW()",
        "SELECT share, value, update_time FROM t", "SELECT 1 FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01'",
    ])
    func letsOneSelectPass(statement: String) throws {
        _ = try SelectCheck().check(statement)
    }

    @Test func givesTheStatementWithoutItsEnd() throws {
        let cut = try SelectCheck().check("SELECT ';' ; ; -- over\n")
        let whole = try SelectCheck().check("SELECT 1 -- ;")
        #expect(cut == "SELECT ';' " && whole == "SELECT 1 -- ;")
    }

    @Test func aFunctionThatIsAllowedMayBeCalled() async throws {
        await expectProblem(.notOneSelect, naming: "KANA") { _ = try SelectCheck().check("SELECT kana(name) FROM t") }
        _ = try SelectCheck(allowing: ["Kana"]).check("SELECT kana(name) FROM t")
        await expectProblem(.notOneSelect, naming: "SLEEP") {
            _ = try SelectCheck(allowing: ["sleep"]).check("SELECT SLEEP(5)")
        }
    }

    @Test func aProblemSaysWhatIsWrongAndWhatToDo() {
        #expect("\(UnloadProblem(.refused, "It is so.", hint: "Do this."))" == "It is so. Do this.")
    }

    @Test(arguments: [
        (["GRANT USAGE ON *.* TO `r`@`%`", "GRANT SELECT ON `d`.* TO `r`@`%`"], nil),
        (["GRANT SELECT, SHOW VIEW ON `d`.* TO `r`@`%`"], nil),
        (["GRANT SELECT (`a`, `update`), SHOW VIEW ON `d`.`t` TO `r`@`%`"], nil),
        (["GRANT SELECT ON `d ON , INSERT`.* TO `r`@`%`"], nil),
        (["GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*94'", "GRANT SELECT ON `d`.* TO `r`@`%`"], nil),
        (["GRANT USAGE ON *.* TO `r`@`%`"], "nothing"),
        (["GRANT ALL PRIVILEGES ON *.* TO `r`@`%`"], "ALL PRIVILEGES"),
        (["GRANT SELECT, INSERT ON `d`.* TO `r`@`%`"], "INSERT"),
        (["GRANT SELECT, UPDATE (`a`) ON `d`.`t` TO `r`@`%`"], "UPDATE"),
        (["GRANT SELECT ON `d`.* TO `r`@`%`", "GRANT FILE ON *.* TO `r`@`%`"], "FILE"),
        (["GRANT SELECT ON `d`.* TO `r`@`%`", "GRANT EXECUTE ON PROCEDURE `d`.`p` TO `r`@`%`"], "EXECUTE"),
        (["GRANT SELECT ON `d`.* TO `r`@`%` WITH GRANT OPTION"], "GRANT OPTION"),
        (["GRANT SELECT ON `d`.* TO `r`@`%`", "GRANT `writer` TO `r`@`%`"], "role"),
        (["GRANT SELECT ON `d`.* TO `r`@`%`", "GRANT PROXY ON 'a'@'b' TO `r`@`%`"], "PROXY"),
    ])
    func aUserWhoMayDoMoreThanReadIsRefused(grants: [String], named: String?) {
        var message: String?
        do { try QueryUser.check(grants: grants) } catch { message = error.description }
        if let named { #expect(message?.contains(named) == true) } else { #expect(message == nil) }
    }
}
