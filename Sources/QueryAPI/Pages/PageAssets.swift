import Compression
import Contract
import HTTPFront
import HTTPServer
import Web

extension Asset {
    /// The answer with the file. Clients may cache it for a year, since its name changes with its bytes.
    fileprivate var response: HTTPResponse {
        HTTPResponse(
            status: 200,
            fields: [
                "content-type": mediaType, "cache-control": "public, max-age=31536000, immutable",
                "vary": "accept-encoding",
            ], body: .bytes(bytes))
    }

    /// The answers as they are sent, by target: they are compressed once.
    static let answers: [String: FrontRouter.Kept] = Dictionary(
        uniqueKeysWithValues: all.values.compactMap { asset in
            FrontRouter.cacheable(asset.response, gzip: Gzip.compress(asset.bytes)).map {
                (
                    Endpoints.pageAsset.target(AssetParameters(name: asset.name)),
                    FrontRouter.Kept(answer: $0, endpoint: Endpoints.pageAsset.declaration.name, status: 200)
                )
            }
        })

    /// The file of a name.
    static func response(_ name: String) throws(Problem) -> HTTPResponse {
        guard let asset = all[name] else { throw Problem(.pathNotFound, "no page needs a file of this name any more") }
        return asset.response
    }
}
