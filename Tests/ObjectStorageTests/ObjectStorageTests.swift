import Testing

@testable import ObjectStorage

@Suite struct ObjectStorageProblemTests {
    @Test func aProblemSaysWhatIsWrongAndWhatToDo() {
        let problem = ObjectStorageError(.denied, "It is so.", hint: "Do this.")
        #expect("\(problem)" == "It is so. Do this.")
    }
}
