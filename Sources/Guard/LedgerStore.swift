import Configuration
import Glibc
import Interlocks
import Signal
import Stimulation

/// Where the ledger and the revisions of one subject and device stand; nothing for an emulation that starts anew.
struct LedgerStore {
    let folder: StateFolder
    let file: String
    let boot: Words32
    private let subject: String
    private let serial: String

    init(folder: StateFolder, subject: String, serial: String) {
        self.folder = folder
        (self.subject, self.serial) = (subject, serial)
        let name = hashText(of: Array((subject + "\t" + serial).utf8)).dropFirst("blake2b:".count)
        file = "ledger." + name.prefix(16)
        var bytes: [UInt8] = []
        do throws(FileError) { bytes = try readFile("/proc/sys/kernel/random/boot_id") } catch {}
        boot = Words32(bytes: bytes)
    }

    /// Notes that this revision is used; true once it is on the disk.
    func note(_ loaded: LoadedLimits) -> Bool {
        do throws(RevisionError) {
            var record = try RevisionRecord(folder: folder.path)
            guard record.note(loaded.file, bytes: loaded.bytes, serial: serial, at: Int64(time(nil))) else {
                return true
            }
            do throws(FileError) { try record.write(folder: folder.path) } catch { return false }
            return true
        } catch { return false }
    }

    /// The history for `core`; where one must be and cannot be read, every window counts as full.
    ///
    /// One must be for every device that is no emulation, and wherever this subject and device were armed before.
    func recall<Device: LeasedStimulator & ~Copyable>(
        into core: inout GuardCore<Device>, names: [String], isVirtual: Bool, wasArmed: Bool
    ) {
        let now = LedgerWriter.clock(boot: boot)
        do throws(FileError) {
            let record = LedgerRecord(try readFile(folder.path + "/" + file))
            if record == nil { say("ansa-guard: \(file) is damaged: every dose window counts as full\n") }
            core.recallLedger(record, names: names, at: now)
        } catch {
            if error.code == ENOENT && isVirtual && !wasArmed { return }
            say("ansa-guard: no dose ledger (\(error)): every dose window counts as full\n")
            core.recallLedger(nil, names: names, at: now)
        }
    }
}
