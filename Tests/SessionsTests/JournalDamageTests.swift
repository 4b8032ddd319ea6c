import Foundation
import Sessions
import Testing

@Suite struct JournalDamageTests {
    @Test("FI-66 every flipped bit in every file of a closed session is reported")
    func everyBit() throws {
        try withTemporaryFolder { root in
            let folder = root + "/s"
            try SmallSession.write(folder, ticks: 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["journal.ansa", "manifest.json", "profile.yaml", "summary.json"])
            for name in names {
                let path = folder + "/" + name
                let original = try bytes(of: path)
                let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
                var missed: [Int] = []
                for bit in 0..<(8 * original.count) {
                    let flipped = original[bit / 8] ^ UInt8(1 << (bit % 8))
                    try handle.seek(toOffset: UInt64(bit / 8))
                    try handle.write(contentsOf: [flipped])
                    if try JournalReader.verify(folder).outcome != .damaged { missed.append(bit) }
                    try handle.seek(toOffset: UInt64(bit / 8))
                    try handle.write(contentsOf: [original[bit / 8]])
                }
                #expect(missed == [], "\(name)")
            }
            #expect(try JournalReader.verify(folder).outcome == .intact)
        }
    }

    @Test("FI-66 a closed session cut anywhere is damaged, never a tail to recover")
    func closedCut() throws {
        try withTemporaryFolder { root in
            let folder = root + "/s"
            try SmallSession.write(folder, ticks: 1)
            let whole = try bytes(of: folder + "/journal.ansa")
            for end in 0..<whole.count {
                try write(Array(whole[..<end]), to: folder + "/journal.ansa")
                #expect(try JournalReader.verify(folder).outcome == .damaged, "cut at \(end)")
            }
            try write(whole + [0], to: folder + "/journal.ansa")
            #expect(try JournalReader.verify(folder).outcome == .damaged)
        }
    }

    @Test("FI-66 a file that is missing, and one that came later, are named")
    func otherFiles() throws {
        try withTemporaryFolder { root in
            let folder = root + "/s"
            try SmallSession.write(folder)
            try write([1], to: folder + "/late.txt")
            let late = try JournalReader.verify(folder)
            #expect(late.outcome == .intact && late.warnings.count == 1)
            try FileManager.default.removeItem(atPath: folder + "/profile.yaml")
            let missing = try JournalReader.verify(folder)
            #expect(missing.damage.first?.file == "profile.yaml")
            try FileManager.default.removeItem(atPath: folder + "/summary.json")
            #expect(try JournalReader.verify(folder).damage.last?.file == "manifest.json")
        }
    }

    @Test("An unclosed session cut at any byte recovers to its last whole record")
    func truncation() throws {
        try withTemporaryFolder { root in
            let unclosed = root + "/u"
            try SmallSession.writeUnclosed(unclosed, ticks: 1)
            let whole = try bytes(of: unclosed + "/journal.ansa")
            let ends = recordEnds(whole)
            #expect(ends.count >= 7 && ends.last == whole.count)
            for cut in 0...whole.count {
                let folder = root + "/c\(cut)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try write(SmallSession.profile, to: folder + "/profile.yaml")
                try write(Array(whole[..<cut]), to: folder + "/journal.ansa")
                let expected = ends.count { $0 <= cut }
                let found = try JournalReader.verify(folder)
                guard expected > 0 else {
                    #expect(found.outcome == .damaged, "cut at \(cut)")
                    continue
                }
                #expect(found.outcome == .recoverable && found.records == expected, "cut at \(cut): \(found.damage)")
                let summary = try JournalReader.recover(folder)
                let after = try JournalReader.verify(folder)
                #expect(after.outcome == .intact && after.isRecovered, "cut at \(cut): \(after.damage)")
                #expect(after.records == Int64(expected) + 1 && after.head == found.head && summary.seal == after.seal)
                try FileManager.default.removeItem(atPath: folder)
            }
        }
    }

    @Test("A tail of zeros, as a power cut may leave, is recoverable")
    func zeros() throws {
        try withTemporaryFolder { root in
            let folder = root + "/u"
            try SmallSession.writeUnclosed(folder, ticks: 2)
            let whole = try bytes(of: folder + "/journal.ansa")
            try write(whole + [UInt8](repeating: 0, count: 4096), to: folder + "/journal.ansa")
            let found = try JournalReader.verify(folder)
            #expect(found.outcome == .recoverable && found.tornBytes == 4096, "\(found.damage)")
            try JournalReader.recover(folder)
            #expect(try JournalReader.verify(folder).outcome == .intact)
        }
    }

    @Test("FI-66 in an unclosed session a bad record before whole ones is damage, and recovering changes nothing")
    func unclosedMiddle() throws {
        try withTemporaryFolder { root in
            let folder = root + "/u"
            try SmallSession.writeUnclosed(folder, ticks: 2)
            var whole = try bytes(of: folder + "/journal.ansa")
            let third = recordEnds(whole)[3]
            whole[third] ^= 0x80
            try write(whole, to: folder + "/journal.ansa")
            let found = try JournalReader.verify(folder)
            #expect(found.outcome == .damaged)
            #expect(found.damage.first?.offset == Int64(third) && found.damage.first?.record == 4)
            #expect(throws: JournalError.self) { try JournalReader.recover(folder) }
            #expect(try bytes(of: folder + "/journal.ansa") == whole)
            let reader = try JournalReader(folder)
            #expect(throws: JournalError.self) { while try reader.next() != nil {} }
        }
    }

    /// Every record stays whole by itself; only the chain of hashes knows their order.
    @Test("FI-66 two records that change places, one that comes twice and one that is gone are damage")
    func order() throws {
        try withTemporaryFolder { root in
            let folder = root + "/s"
            try SmallSession.write(folder, ticks: 4)
            let whole = try bytes(of: folder + "/journal.ansa")
            let ends = recordEnds(whole)
            let records = zip([16] + ends, ends).map { Array(whole[$0..<$1]) }
            func isDamaged(_ changed: [[UInt8]]) throws -> Bool {
                try write(Array(whole[..<16]) + changed.flatMap { $0 }, to: folder + "/journal.ansa")
                return try JournalReader.verify(folder).outcome == .damaged
            }
            for index in 0..<records.count - 1 {
                var swapped = records
                swapped.swapAt(index, index + 1)
                #expect(try isDamaged(swapped), "records \(index) and \(index + 1)")
                var twice = records
                twice.insert(records[index], at: index)
                #expect(try isDamaged(twice), "record \(index) twice")
                var without = records
                without.remove(at: index)
                #expect(try isDamaged(without), "without record \(index)")
            }
            #expect(try !isDamaged(records))
        }
    }

    @Test("Recovering a closed session leaves it as it is; one that lacks its manifest gets the same again")
    func recoverClosed() throws {
        try withTemporaryFolder { root in
            let folder = root + "/s"
            let summary = try SmallSession.write(folder)
            #expect(try JournalReader.recover(folder) == summary)
            let manifest = try bytes(of: folder + "/manifest.json")
            try FileManager.default.removeItem(atPath: folder + "/manifest.json")
            #expect(try JournalReader.verify(folder).outcome == .recoverable)
            #expect(try JournalReader.recover(folder) == summary)
            #expect(try bytes(of: folder + "/manifest.json") == manifest)
        }
    }

    @Test("A folder without a journal holds no session")
    func noSession() throws {
        try withTemporaryFolder { root in
            let error = #expect(throws: JournalError.self) { try JournalReader.verify(root) }
            #expect(error == .noSession(path: root) && error?.exitCode == 65)
        }
    }

    /// Where each record of `journal` ends, from the lengths alone: 16 bytes, frames of 20 and their payload.
    private func recordEnds(_ journal: [UInt8]) -> [Int] {
        var ends: [Int] = []
        var at = 16
        while at + 4 <= journal.count {
            let length = (0..<4).reduce(0) { $0 | Int(journal[at + $1]) << (8 * $1) }
            at += 20 + length
            ends.append(at)
        }
        return ends
    }
}
