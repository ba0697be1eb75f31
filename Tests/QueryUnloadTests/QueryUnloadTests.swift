import Testing

@testable import QueryUnload

@Suite struct QueryUnloadProblemTests {
    @Test func aProblemSaysWhatIsWrongAndWhatToDo() {
        let problem = UnloadProblem(.refused, "It is so.", hint: "Do this.")
        #expect("\(problem)" == "It is so. Do this.")
    }
}
