import Hummingbird

/// `/`: a page on which a person looks at the sheets.
extension Responder {
    func page(_ request: Request) -> Response {
        // A copy, so that nobody waits while the page is written.
        let shelf = state.withLock { $0.spreadsheets }
        let browser = SheetBrowser(
            spreadsheets: shelf.all.sorted { $0.id < $1.id }, query: QueryParameters(request.uri.query))
        return html(browser.html())
    }
}
