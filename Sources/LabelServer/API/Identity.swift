package import LabelStore

/// Whoever a request comes from, as their token says.
package struct Identity: Sendable {
    package let tokenID: UInt64
    package let publicID: String
    package let name: String
    package let role: TokenRole
    /// The datasets that they may know of; `nil`: all.
    package let datasets: Set<String>?
    /// Whether they may send SELECTs of their own.
    package let mayQuery: Bool

    package init(_ token: TokenRecord) {
        (tokenID, publicID, name, role) = (token.id, token.publicID, token.name, token.role)
        datasets = token.datasets.map(Set.init)
        mayQuery = token.mayQuery
    }

    private init() {
        (tokenID, publicID, name, role, datasets, mayQuery) = (0, "", "", .reader, [], false)
    }

    /// Of a request that needs no token.
    package static let nobody = Identity()

    /// Whether a dataset is there for them.
    package func mayRead(_ dataset: String) -> Bool { datasets?.contains(dataset) ?? true }

    /// Who they are, for the audit.
    package var actor: String { "token \(publicID) (\(name))" }
}
