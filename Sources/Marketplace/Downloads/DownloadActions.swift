extension Action {
    static let downloads = [reportDownloads]

    /// To report downloads that another server has answered.
    public static let reportDownloads = Action(
        "report-downloads", "report downloads", Right(.reporting, .anybody, administrator: true))
}
