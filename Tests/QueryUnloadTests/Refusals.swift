/// Statements that are not one SELECT that reads and does nothing else.
///
/// `DB` stands for the database of the test, `FILE` for a path that the server could write. Where a statement could be
/// run at all, it would leave a trace in what `Traces` looks at.
enum Refusals {
    static let statements: [String] =
        several + writing + locking + waiting + hidden + otherStatements + variables + calls

    static let several = [
        "SELECT 1; DELETE FROM victim", "SELECT 1;; DELETE FROM victim", "SELECT ';'; DELETE FROM victim",
        "SELECT 1 -- ;\n; DELETE FROM victim", "SELECT 1 # ;\n; DELETE FROM victim",
        "SELECT '\\''; DELETE FROM victim -- '", "SELECT \"\\\"\"; DELETE FROM victim -- \"",
        "SELECT `;`; DELETE FROM victim", "SELECT 1;\0DELETE FROM victim", ";", "", "   ", "-- nothing",
        "/* nothing */",
    ]

    static let writing = [
        "SELECT id FROM victim INTO OUTFILE 'FILE'", "SELECT id INTO OUTFILE 'FILE' FROM victim",
        "SELECT id FROM victim LIMIT 1 INTO DUMPFILE 'FILE'", "SELECT id FROM victim LIMIT 1 INTO @kept",
        "SELECT 1 UNION SELECT 2 INTO OUTFILE 'FILE'", "(SELECT 1 INTO OUTFILE 'FILE')",
        "SELECT id FROM victim WHERE id=1.5INTO OUTFILE 'FILE'",
        "SELECT id FROM victim WHERE id=1e1INTO OUTFILE 'FILE'",
        "SELECT id FROM victim WHERE id=.5INTO OUTFILE 'FILE'",
        "SELECT id FROM victim WHERE id=1e+1INTO OUTFILE 'FILE'",
        "SELECT id FROM victim WHERE id=0x1INTO OUTFILE 'FILE'", "SELECT 1 FROM victim\u{0B}INTO\u{0C}OUTFILE 'FILE'",
        "SELECT 1 FROM victim into/**/outfile 'FILE'", "SELECT id FROM victim PROCEDURE ANALYSE()",
        "WITH gone AS (SELECT 1) DELETE FROM victim", "WITH gone AS (SELECT 1) UPDATE victim SET id = 9",
        "SELECT NEXTVAL(counter)", "SELECT NEXT VALUE FOR counter", "SELECT SETVAL(counter, 900)",
        "SELECT LASTVAL(counter)", "SELECT LAST_INSERT_ID(5)",
    ]

    static let locking = [
        "SELECT id FROM victim FOR UPDATE", "SELECT id FROM victim for  update", "SELECT id FROM victim FOR/**/UPDATE",
        "SELECT id FROM victim FOR -- x\nUPDATE", "SELECT id FROM victim WHERE id = 1.5FOR UPDATE",
        "SELECT id FROM victim LOCK IN SHARE MODE", "SELECT id FROM victim FOR SHARE",
        "SELECT id FROM victim FOR SHARE SKIP LOCKED", "(SELECT id FROM victim FOR UPDATE)",
        "SELECT * FROM (SELECT id FROM victim FOR UPDATE) t", "SELECT GET_LOCK('kept', 1)",
        "SELECT get_lock ('kept', 1)",
        "SELECT `GET_LOCK`('kept', 1)", "SELECT GET_LOCK/**/('kept', 1)", "SELECT (GET_LOCK('kept', 1))",
        "SELECT id FROM victim WHERE GET_LOCK('kept', 1)",
        "WITH a AS (SELECT GET_LOCK('kept', 1) AS l) SELECT l FROM a",
        "SELECT RELEASE_LOCK('kept')", "SELECT RELEASE_ALL_LOCKS()", "SELECT IS_FREE_LOCK('kept')",
        "SELECT IS_USED_LOCK('kept')", "SELECT {fn GET_LOCK('kept', 1)}",
    ]

    static let waiting = [
        "SELECT SLEEP(5)", "SELECT sleep(5)", "SELECT BENCHMARK(100000000, SHA2('x', 512))", "SELECT `sleep` (5)",
        "SELECT id FROM victim ORDER BY SLEEP(5)", "SELECT MASTER_POS_WAIT('x', 4, 5)",
        "SELECT MASTER_GTID_WAIT('0-1-9', 5)",
        "SELECT WAIT_FOR_EXECUTED_GTID_SET('x', 5)", "SELECT SOURCE_POS_WAIT('x', 4, 5)",
        "SELECT WSREP_SYNC_WAIT_UPTO_GTID('0-1-9', 5)", "SELECT LOAD_FILE('/etc/hostname')",
    ]

    /// Comments and quotes with which a statement would look like another.
    static let hidden = [
        "SELECT 1 /*! INTO OUTFILE 'FILE' */", "SELECT 1 /*!50000 INTO OUTFILE 'FILE' */",
        "SELECT 1 /*M! INTO OUTFILE 'FILE' */", "SELECT 1 /*M!100000 INTO OUTFILE 'FILE' */",
        "SELECT 1 /*m! INTO OUTFILE 'FILE' */", "/*! DELETE FROM victim */", "SELECT 1 /*!; DELETE FROM victim */",
        "SELECT /*+ MAX_EXECUTION_TIME(0) */ 1", "SELECT /*+ SET_VAR(sql_mode='') */ 1",
        "SELECT 1 /* /* */ INTO OUTFILE 'FILE' */",
        "SELECT 1 /* not closed", "SELECT 'not closed", "SELECT \"not closed", "SELECT `not closed", "SELECT 'a\\'",
        "SELECT $$ ' $$ INTO OUTFILE 'FILE' -- '", "SELECT \\N INTO OUTFILE 'FILE'",
        "SELECT 1 \u{1} INTO OUTFILE 'FILE'",
        "SELECT 1 --\u{1} \n INTO OUTFILE 'FILE'", "SELECT 1 --x INTO OUTFILE 'FILE'",
        "SELECT \u{A0}1 INTO OUTFILE 'FILE'",
        "SELECT 1)( INTO OUTFILE 'FILE'", "SELECT (1", "SELECT 1)",
    ]

    static let otherStatements = [
        "DELETE FROM victim", "DELETE FROM victim RETURNING id", "INSERT INTO victim VALUES (9)",
        "INSERT INTO victim VALUES (9) RETURNING id", "REPLACE INTO victim VALUES (9) RETURNING id",
        "UPDATE victim SET id = 9", "TRUNCATE victim", "DROP TABLE victim", "CREATE TABLE more AS SELECT 1",
        "CREATE TEMPORARY TABLE more AS SELECT 1", "CALL writes()", "DO SLEEP(5)", "DO GET_LOCK('kept', 1)",
        "SET GLOBAL max_connections = 100", "SET STATEMENT max_statement_time = 0 FOR SELECT 1", "SHOW TABLES",
        "SHOW GRANTS", "DESCRIBE victim", "EXPLAIN SELECT 1", "ANALYZE SELECT 1", "ANALYZE TABLE victim",
        "TABLE victim",
        "VALUES (1), (2)", "HANDLER victim OPEN", "LOCK TABLES victim WRITE", "FLUSH TABLES", "KILL 1",
        "CHECK TABLE victim",
        "LOAD DATA INFILE '/etc/hostname' INTO TABLE victim", "PREPARE p FROM 'DELETE FROM victim'",
        "EXECUTE IMMEDIATE 'DELETE FROM victim'", "BEGIN", "COMMIT", "XA START 'x'", "GRANT ALL ON *.* TO nobody",
        "BEGIN NOT ATOMIC DELETE FROM victim; END", "HELP 'x'", "USE mysql", "(DELETE FROM victim)",
        "( ( SHOW TABLES ) )",
    ]

    static let variables = [
        "SELECT @kept := 1", "SELECT @kept", "SELECT @'kept'", "SELECT @@version", "SELECT ?", "SELECT :a",
    ]

    static let calls = [
        "SELECT writes_too()", "SELECT DB.writes_too()", "SELECT `DB`.`writes_too`()", "SELECT sys_exec('touch FILE')",
        "SELECT unheard_of(1)", "SELECT a.b.c(1)",
    ]
}
