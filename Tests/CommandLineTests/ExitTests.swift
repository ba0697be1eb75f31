import Testing

@testable import sheaf

@Suite struct ExitTests {
    @Test func everyExitCodeHasItsMeaning() {
        #expect(Set(Exit.allCases.map(\.meaning)).count == Exit.allCases.count)
    }
}
