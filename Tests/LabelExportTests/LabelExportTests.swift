import Testing

@testable import LabelExport

@Suite struct LabelExportProblemTests {
    @Test func aProblemSaysWhatIsWrongAndWhatToDo() {
        let problem = ExportProblem(.badSplit, "It is so.", hint: "Do this.")
        #expect("\(problem)" == "It is so. Do this.")
    }
}
