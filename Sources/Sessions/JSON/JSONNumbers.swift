import Signal

/// Numbers in arrays of a JSON file: where they are, not what they are, so that any length of recording is read.
struct JSONNumbers {
    /// Up to 1,024 numbers of one array.
    private struct Run {
        var offset: Int64
        /// Number of the first of them.
        var first: Int64
    }

    private var runs: [Run] = []
    private(set) var count: Int64 = 0
    private static let stride: Int64 = 1_024

    /// Reads an array of numbers from `json`, and remembers where it is.
    ///
    /// The numbers in it.
    mutating func append(_ json: JSONStream) throws(RecordingError) -> Int64 {
        let before = count
        var found: Int64 = 0
        var new: [Run] = []
        try json.array { () throws(RecordingError) in
            if found % JSONNumbers.stride == 0 {
                _ = try json.next()
                new.append(Run(offset: json.offset, first: before + found))
            }
            _ = try json.number()
            found += 1
        }
        runs += new
        count += found
        return found
    }

    /// Hands `take` each of `wanted` numbers from the number `first` on, with its place from 0 on.
    func read(
        _ json: JSONStream, first: Int64, count wanted: Int, take: (Int, Double) -> Void
    ) throws(RecordingError) {
        guard first >= 0, first <= count, Int64(wanted) <= count - first else {
            throw RecordingError(
                file: json.file.path, text: "samples \(first) + \(wanted) asked, 0 to \(count) exist")
        }
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].first <= first { low = middle + 1 } else { high = middle }
        }
        var index = low - 1
        var done = 0
        while done < wanted {
            let run = runs[index]
            let end = index + 1 < runs.count ? runs[index + 1].first : count
            json.seek(run.offset)
            for number in run.first..<end where done < wanted {
                let value = try json.number()
                if try json.next() == UInt8(ascii: ",") { json.seek(json.offset + 1) }
                guard number >= first else { continue }
                take(done, value)
                done += 1
            }
            index += 1
        }
    }
}
