internal import HTTPTransfer

extension SheetError {
    /// What a transfer that broke means for the sheet it was to bring.
    init(_ error: HTTPError) {
        let code: Code
        switch error.code {
        case .cancelled: code = .cancelled
        case .bodyCutShort: code = .cutShort
        case .malformedResponse, .bodyEndUnproven, .bodyTooLarge, .tooManyRedirects, .redirectRefused:
            code = .malformedAnswer
        case .malformedRequest: code = .requestRefused
        case .couldNotResolve, .couldNotConnect, .tlsFailed, .timedOut, .connectionReset, .internalFailure:
            code = .unavailable
        }
        let server = error.host.isEmpty ? "the address in the configuration" : error.host
        self.init(
            code, "\(server) gave no usable answer (\(error.code.rawValue)): \(error.detail)", hint: error.hint,
            retryable: error.isTransient)
        mayBeTooMuch = error.code == .timedOut || error.code == .connectionReset || error.code == .bodyCutShort
    }

    /// Any error of a call, as one of this kind.
    init(callFailure error: any Error) {
        switch error {
        case let error as SheetError: self = error
        case let error as HTTPError: self.init(error)
        case is CancellationError: self.init(.cancelled, "reading was called off")
        default: self.init(.malformedAnswer, "the answer could not be read: \(error)", underlying: error)
        }
    }
}
