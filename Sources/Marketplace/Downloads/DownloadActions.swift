extension Action {
    static let downloads = [reportDownloads]

    /// To say what another server has answered.
    public static let reportDownloads = Action(
        "report-downloads", "report downloads", Right(.reporting, .anybody, administrator: true))
}
