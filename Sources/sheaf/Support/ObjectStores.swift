import Foundation
import ObjectStorage

extension ObjectStoreConfiguration {
    /// The object store that the environment names, as the AWS tools understand it.
    static func ofThisProcess() throws(ObjectStorageError) -> ObjectStoreConfiguration {
        try fromEnvironment(ProcessInfo.processInfo.environment) { path in
            try? String(contentsOfFile: path, encoding: .utf8)
        }
    }
}
