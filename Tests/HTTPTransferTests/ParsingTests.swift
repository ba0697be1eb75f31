import Testing

@testable import HTTPTransfer

@Suite struct Dates {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Fri, 31 Dec 1999 23:59:60 GMT", 946_684_800),
    ]) func meanTheSameInEveryForm(text: String, seconds: Int64) {
        #expect(secondsSince1970(text) == seconds)
    }

    @Test(arguments: ["", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT", "1 2 3 4 5 6 7 8"])
    func areNothingElse(_ text: String) {
        #expect(secondsSince1970(text) == nil)
    }
}

@Suite struct Origins {
    @Test(arguments: [
        ("https://Example.org/x", "https://example.org:443/y", true), ("http://a/", "http://a:80", true),
        ("http://a/", "https://a/", false), ("https://a/", "https://b/", false), ("http://a:1/", "http://a:2/", false),
    ]) func areSchemeHostAndPort(one: String, other: String, areEqual: Bool) throws {
        let (one, other) = (try #require(Origin(url: one)), try #require(Origin(url: other)))
        #expect((one == other) == areEqual)
    }

    @Test func neverGiveSecrecyUp() throws {
        let (plain, secret) = (try #require(Origin(url: "http://a")), try #require(Origin(url: "https://a")))
        #expect(plain.allowsRedirect(to: secret))
        #expect(plain.allowsRedirect(to: plain))
        #expect(secret.allowsRedirect(to: secret))
        #expect(!secret.allowsRedirect(to: plain))
    }
}

@Suite struct Heads {
    private func parse(_ lines: [String]) -> (head: HTTPResponseHead?, parser: ResponseHeadParser) {
        var parser = ResponseHeadParser()
        var head: HTTPResponseHead?
        for line in lines { head = parser.consume(Array((line + "\r\n").utf8)) ?? head }
        return (head, parser)
    }

    @Test func passInterimAnswersOver() {
        let (head, parser) = parse(["HTTP/1.1 103 Early", "X-A: 1", "", "HTTP/1.1 200 OK", "X-B:  2 ", ""])
        #expect(head?.status == 200)
        #expect(head?.headers["X-A"] == nil)
        #expect(head?.headers["x-b"] == "2")
        #expect(!parser.hasProvableEnd)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", "Content-Length: 3", true), ("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", true),
        ("HTTP/1.1 200 OK", "X-A: 1", false), ("HTTP/1.1 204 None", "X-A: 1", true), ("HTTP/2 200", "X-A: 1", true),
    ]) func tellWhetherTheEndCanBeProven(status: String, field: String, isProvable: Bool) {
        #expect(parse([status, field, ""]).parser.hasProvableEnd == isProvable)
    }
}
