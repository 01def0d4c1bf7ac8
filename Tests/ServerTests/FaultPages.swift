import Contract
import Foundation
import Web

/// What a front shows in place of a page, for a browser to look at: not each of them can be had at will.
enum FaultPages {
    /// Writes the page of one fault of each status into a folder of its own, and returns that.
    static func written(in folder: String) throws -> String {
        let folder = URL(filePath: folder).appending(path: "faults")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (status, codes) in Dictionary(grouping: ProblemCode.allCases, by: \.status) {
            guard let code = codes.first else { continue }
            let page = FaultPage(Problem(code, "It can't be shown as it is."), request: "0190-id", list: "/search?q=a")
            let written = page.written(in: PageSetting(form: .html, origin: "https://a.example"))
            try Data(written.bytes).write(to: folder.appending(path: "\(status).html"))
        }
        return folder.path
    }
}
