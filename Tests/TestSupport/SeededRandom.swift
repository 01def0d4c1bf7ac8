/// A generator whose seed is printed with a failure, so that the run can be had again (SplitMix64).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts at a seed.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// So many random bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// One of the elements.
    public mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    /// True once in so many times.
    public mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }

    /// A text of any Unicode, with the characters that are apt to break something.
    public mutating func text(upTo count: Int) -> String {
        let length = Int.random(in: 0...count, using: &self)
        var scalars = String.UnicodeScalarView()
        for _ in 0..<length {
            let candidate: UInt32 =
                switch Int.random(in: 0..<6, using: &self) {
                case 0: UInt32.random(in: 0..<0x20, using: &self)
                case 1: pick([0x22, 0x5c, 0x2f, 0x7f, 0x80, 0x2028, 0x2029, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x10ffff])
                case 2: UInt32.random(in: 0..<0x11_0000, using: &self)
                default: UInt32.random(in: 0x20..<0x7f, using: &self)
                }
            if let scalar = Unicode.Scalar(candidate) { scalars.append(scalar) }
        }
        return String(scalars)
    }
}
