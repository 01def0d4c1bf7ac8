import Crypto

/// A file that pages need, under a name that changes with its bytes, so that a client that has it never asks again.
package struct Asset: Sendable {
    /// The name as a path names it.
    package let name: String
    /// The media type.
    package let mediaType: String
    /// What it holds.
    package let bytes: [UInt8]

    private init(_ name: String, _ ending: String, _ mediaType: String, _ bytes: [UInt8]) {
        self.name = "\(name)-\(SHA256Digest(of: bytes).hex.prefix(16)).\(ending)"
        self.mediaType = mediaType
        self.bytes = bytes
    }

    var path: String { "/assets/\(name)" }

    static let style = Asset(
        "style", "css", "text/css; charset=utf-8",
        PackageResources.colors_css + PackageResources.style_css + PackageResources.chart_css)
    static let script = Asset("page", "js", "text/javascript; charset=utf-8", PackageResources.page_js)
    /// What those show that show a link with a picture.
    static let cover = Asset("cover", "png", "image/png", PackageResources.cover_png)
    static let icon = Asset("icon", "svg", "image/svg+xml", PackageResources.icon_svg)

    /// All of them, by name.
    package static let all = Dictionary(uniqueKeysWithValues: [style, script, icon, cover].map { ($0.name, $0) })
}
