/// A condition that a label may satisfy, in the words of a rule: `category = 'soup' and servings > 2`.
///
/// A comparison with a field that has no value is not satisfied, nor is its contrary: `not servings > 2` asks for
/// servings, too.
package struct LabelCondition: Sendable {
    /// What is wrong with a condition, and where.
    package struct Problem: Error {
        /// Counted from 1.
        package let position: Int
        package let message: String
        package let hint: String?
    }

    /// As it was written.
    package let text: String
    private let program: RuleProgram
    private var scanner: MemberScanner

    /// Makes a condition ready for labels of a schema.
    ///
    /// - Parameters:
    ///   - text: The condition; its grammar is that of row rules.
    ///   - schema: The schema that the labels satisfy.
    /// - Throws: The first mistake in it.
    package init(_ text: String, schema: LabelSchema) throws(Problem) {
        let tree: RuleTree
        do {
            tree = try RuleParser.parse(text)
        } catch {
            throw Problem(error)
        }
        let fields = schema.readers.map { reader in
            RuleField(name: reader.field.name, headerTexts: reader.field.headerTexts, reader: reader)
        }
        var compiler = RuleCompiler(fields)
        _ = compiler.add(tree)
        if let mistake = compiler.mistakes.first { throw Problem(mistake) }
        self.text = text
        program = compiler.program
        let named = Set(compiler.named)
        scanner = MemberScanner(fields.indices.map { named.contains($0) ? fields[$0].name : nil })
    }

    /// Whether a label satisfies the condition; `nil` if it is no label.
    package mutating func holds(for label: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard scanner.scan(label) else { return nil }
        return scanner.ranges.withUnsafeBufferPointer { ranges in
            program.judge(RuleValues(bytes: label, ranges: ranges)) == .yes
        }
    }
}

extension LabelCondition.Problem {
    fileprivate init(_ mistake: RuleMistake) {
        self.init(position: mistake.position, message: mistake.problem, hint: mistake.hint)
    }
}
