import MySQL
import Testing

@Suite struct StoreURLTests {
    @Test func readsEveryPartOfAURL() throws {
        let configuration = try MySQLConfiguration(
            url: "mysql://label%40team@db.example:3307/labels%2Fnew?ssl-mode=verify-ca&ssl-ca=/ca.pem&ssl-cert=/c.pem"
                + "&ssl-key=/k.pem&connect-timeout=3&read-timeout=60&write-timeout=30&lock-wait-timeout=5",
            password: "hush")
        #expect(configuration.user == "label@team")
        #expect(configuration.host == "db.example")
        #expect(configuration.port == 3307)
        #expect(configuration.database == "labels/new")
        #expect(configuration.socket == nil)
        #expect(configuration.tlsMode == .verifyCA)
        #expect(configuration.tlsAuthorityFile == "/ca.pem")
        #expect(configuration.tlsCertificateFile == "/c.pem")
        #expect(configuration.tlsKeyFile == "/k.pem")
        #expect(configuration.connectTimeout == 3)
        #expect(configuration.readTimeout == 60)
        #expect(configuration.writeTimeout == 30)
        #expect(configuration.lockWaitTimeout == 5)
        #expect(configuration.password == "hush")
    }

    @Test(arguments: [
        ("mysql://sheaf@db.example/labels", MySQLConfiguration.TLSMode.verifyIdentity),
        ("mariadb://sheaf@10.0.0.7/labels", .verifyIdentity),
        ("mysql://sheaf@localhost/labels", .disabled),
        ("mysql://sheaf@127.0.0.1:3307/labels", .disabled),
        ("mysql://sheaf@[::1]:3307/labels", .disabled),
        ("mysql://sheaf@db.example/labels?socket=/run/mysqld/mysqld.sock", .disabled),
        ("mysql://sheaf@db.example/labels?ssl-mode=disabled", .disabled),
        ("mysql://sheaf@db.example/labels?ssl-mode=preferred", .preferred),
        ("mysql://sheaf@db.example/labels?ssl-mode=REQUIRED", .required),
        ("mysql://sheaf@db.example/labels?ssl-mode=verify_ca", .verifyCA),
        ("mysql://sheaf@localhost/labels?ssl_mode=VERIFY_IDENTITY", .verifyIdentity),
    ])
    func verifiesTheServerUnlessItIsThisMachineOrTheURLSaysOtherwise(
        url: String, mode: MySQLConfiguration.TLSMode
    ) throws {
        #expect(try MySQLConfiguration(url: url, password: nil).tlsMode == mode)
    }

    @Test func readsSocketsAndIPv6Addresses() throws {
        let socket = try MySQLConfiguration(
            url: "mysql://root@localhost/?socket=/tmp/%E3%83%AC%20a/mariadb.sock", password: nil)
        #expect(socket.socket == "/tmp/レ a/mariadb.sock")
        #expect(socket.database == nil)
        let address = try MySQLConfiguration(url: "mysql://sheaf@[2001:db8::7]:3310/labels", password: nil)
        #expect(address.host == "2001:db8::7")
        #expect(address.port == 3310)
    }

    @Test(arguments: [
        ("postgres://sheaf@db/labels", "begin with mysql://"),
        ("db.example/labels", "begin with mysql://"),
        ("mysql://db.example/labels", "names no user"),
        ("mysql://@db.example/labels", "user is empty"),
        ("mysql://sheaf@/labels", "host is empty"),
        ("mysql://sheaf@db:0/labels", "port"),
        ("mysql://sheaf@db:99999/labels", "port"),
        ("mysql://sheaf@[::1/labels", "lacks its ]"),
        ("mysql://sheaf@[::1]x/labels", "after ]"),
        ("mysql://sheaf@db/labels/more", "one database"),
        ("mysql://sheaf@db/lab%zzels", "hexadecimal"),
        ("mysql://sheaf@db/lab%ffels", "UTF-8"),
        ("mysql://sheaf@db/labels#x", "fragment"),
        ("mysql://sheaf@db/labels?ssl-mode", "lacks its ="),
        ("mysql://sheaf@db/labels?ssl-mode=always", "verify_identity"),
        ("mysql://sheaf@db/labels?sslmode=required", "unknown parameter 'sslmode'"),
        ("mysql://sheaf@db/labels?socket=/a&socket=/b", "stands twice"),
        ("mysql://sheaf@db/labels?connect-timeout=soon", "number of seconds"),
    ])
    func saysWhichPartIsWrong(url: String, words: String) {
        let error = #expect(throws: MySQLError.self) { try MySQLConfiguration(url: url, password: nil) }
        #expect(error?.kind == .invalidURL)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "mysql://sheaf:s3cret@db.example/labels", "mysql://sheaf:s3cr?et=1@db.example/labels",
        "mysql://sheaf:p/s3cret@db.example/labels", "mysql://sheaf:p@s3cret@db.example/labels",
        "mysql://sheaf:p#s3cret@db.example/labels", "mysql://sheaf@db.example/labels?password=s3cret",
    ])
    func refusesAPasswordInTheURLAndDoesNotRepeatIt(url: String) {
        let error = #expect(throws: MySQLError.self) { try MySQLConfiguration(url: url, password: nil) }
        #expect(error?.kind == .invalidURL)
        #expect(!"\(error.map(String.init(reflecting:)) ?? "s3c")".contains("s3c"))
    }

    @Test func printsNoPassword() throws {
        let configuration = try MySQLConfiguration(url: "mysql://sheaf@db.example/labels", password: "s3cret")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect("\(configuration)" == "sheaf@db.example:3306/labels")
        for text in ["\(configuration)", String(reflecting: configuration), "\([configuration])", dumped] {
            #expect(!text.contains("s3cret"))
        }
    }
}
