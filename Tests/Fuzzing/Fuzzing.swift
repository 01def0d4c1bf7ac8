import Foundation

/// The target that the environment names; libFuzzer has one entry for all.
private let target: @Sendable ([UInt8]) -> Void = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTargets.all[name] else {
        fatalError("FUZZ_TARGET is '\(name)'; it has to be one of \(FuzzTargets.all.keys.sorted())")
    }
    return target
}()

/// What libFuzzer calls with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}
