/// Texts by a number, since they are the same for very many readers.
struct Names {
    private(set) var all: [String] = []
    private var numbers: [String: Int32] = [:]

    mutating func number(_ name: String) -> Int32 {
        if let number = numbers[name] { return number }
        let number = Int32(all.count)
        all.append(name)
        numbers[name] = number
        return number
    }

    subscript(_ number: Int32) -> String { all[Int(number)] }
}
