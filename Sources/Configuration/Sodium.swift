import CSodium

/// The few calls of libsodium that signatures need; the only file of this room that imports it.
enum Sodium {
    static let isReady = sodium_init() >= 0

    /// BLAKE2b with 64 bytes of output.
    static func blake2b(_ bytes: [UInt8], length: Int = 64) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        let code = unsafe crypto_generichash(&digest, digest.count, bytes, UInt64(bytes.count), nil, 0)
        return isReady && code == 0 ? digest : []
    }

    static func verify(_ signature: [UInt8], of message: [UInt8], key: [UInt8]) -> Bool {
        guard isReady, signature.count == 64, key.count == 32 else { return false }
        return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), key) == 0
    }

    /// nil where the key has not 64 bytes.
    static func sign(_ message: [UInt8], secretKey: [UInt8]) -> [UInt8]? {
        guard isReady, secretKey.count == 64 else { return nil }
        var signature = [UInt8](repeating: 0, count: 64)
        let code = unsafe crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
        return code == 0 ? signature : nil
    }

    /// Strict base 64 with padding, no white space.
    static func decodeBase64(_ text: String) -> [UInt8]? {
        let input = Array(text.utf8)
        var output = [UInt8](repeating: 0, count: input.count)
        var length = 0
        let characters = input.map { CChar(bitPattern: $0) }
        let code = unsafe sodium_base642bin(
            &output, output.count, characters, characters.count, nil, &length, nil, sodium_base64_VARIANT_ORIGINAL)
        return code == 0 ? Array(output[0..<length]) : nil
    }

    static func encodeBase64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for byte in group { word = word << 8 | UInt32(byte) }
            word <<= UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * index)) & 63] : "=")
            }
        }
        return text
    }
}
