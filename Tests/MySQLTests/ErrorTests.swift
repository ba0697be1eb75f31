import Testing

@testable import MySQL

@Suite struct ErrorTests {
    @Test(arguments: [
        (1213, "40001", MySQLError.Kind.deadlock), (1205, "HY000", .lockWaitTimeout), (1047, "08S01", .clusterConflict),
        (1020, "HY000", .clusterConflict), (9007, "HY000", .clusterConflict), (2006, "HY000", .lostConnection),
        (2013, "HY000", .lostConnection), (1927, "70100", .lostConnection), (1053, "08S01", .lostConnection),
        (2002, "HY000", .connectFailed), (2003, "HY000", .connectFailed), (2026, "HY000", .tlsFailed),
        (1045, "28000", .accessDenied), (1049, "42000", .unknownDatabase), (1062, "23000", .duplicateKey),
        (1452, "23000", .foreignKey), (4025, "23000", .constraint), (3819, "HY000", .constraint),
        (1290, "HY000", .readOnly), (1836, "HY000", .readOnly), (1040, "08004", .tooManyConnections),
        (1021, "HY000", .diskFull), (1153, "08S01", .packetTooLarge), (1406, "22001", .dataTooLong),
        (1366, "22007", .invalidValue), (1146, "42S02", .noSuchTable), (1064, "42000", .syntax),
        (1317, "70100", .cancelled), (1969, "70100", .statementTimeout), (1234, "08S01", .lostConnection),
        (1234, "HY000", .other),
    ])
    func classifiesWhatServersSay(number: UInt32, state: String, kind: MySQLError.Kind) {
        #expect(MySQLError(number: number, sqlState: state, message: "").kind == kind)
    }

    @Test(arguments: [
        (1062, "Duplicate entry '醤油-7' for key 'PRIMARY'", "Duplicate entry '…' for key 'PRIMARY'"),
        (
            1366, "Incorrect integer value: 'ひみつ' for column `labels`.`t`.`c` at row 7",
            "Incorrect integer value: '…' for column `labels`.`t`.`c` at row 7"
        ),
        (
            1292, "Incorrect datetime value: 'ひみつ' for column 'seen' at row 1",
            "Incorrect datetime value: '…' for column 'seen' at row 1"
        ),
        (1292, "Truncated incorrect INTEGER value: 'ひみつ'", "Truncated incorrect INTEGER value: '…'"),
        (1300, "Invalid utf8mb4 character string: 'ひみつ'", "Invalid utf8mb4 character string: '…'"),
        (
            1411, "Incorrect datetime value: 'ひみつ' for function str_to_date",
            "Incorrect datetime value: '…' for function str_to_date"
        ),
        // Cells that try to look like the end of the message.
        (
            1366, "Incorrect integer value: 'a' for key 'ひみつ' for column `c` at row 7",
            "Incorrect integer value: '…' for column `c` at row 7"
        ),
        (1292, "Truncated incorrect INTEGER value: 'a' for column ひみつ'", "Truncated incorrect INTEGER value: '…'"),
        (1062, "Duplicate entry 'a' for key ひみつ' for key 'PRIMARY'", "Duplicate entry '…' for key 'PRIMARY'"),
        // A message that was cut off.
        (1062, "Duplicate entry 'a' for key 'ひみつ", "Duplicate entry '…'"),
        // Messages that name columns only.
        (1406, "Data too long for column 'c' at row 7", "Data too long for column 'c' at row 7"),
        (1265, "Data truncated for column 'c' at row 7", "Data truncated for column 'c' at row 7"),
    ])
    func keepsCellsOutOfMessages(number: UInt32, message: String, expected: String) {
        #expect(MySQLError(number: number, sqlState: "HY000", message: message).message == expected)
    }

    @Test func retriesWhatMayPassTheNextTime() {
        let retryable = MySQLError.Kind.allCases.filter { MySQLError($0, "").isRetryable }
        #expect(
            Set(retryable) == [
                .deadlock, .lockWaitTimeout, .clusterConflict, .lostConnection, .connectFailed, .tooManyConnections,
                .commitOutcomeUnknown,
            ])
    }

    @Test func leavesANodeThatLostItsClusterAndStaysAfterAConflict() {
        #expect(MySQLError(number: 1047, sqlState: "08S01", message: "").endsConnection)
        #expect(!MySQLError(number: 1020, sqlState: "HY000", message: "").endsConnection)
        #expect(!MySQLError(number: 1213, sqlState: "40001", message: "").endsConnection)
    }

    @Test func describesKindNumberMessageAndHint() {
        let error = MySQLError(number: 1049, sqlState: "42000", message: "Unknown database 'x'")
        #expect(
            error.description
                == "MySQL unknownDatabase (1049, 42000): Unknown database 'x' "
                + "(hint: create the database, or correct its name in the store URL)")
    }
}
