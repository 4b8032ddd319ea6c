import CSodium

/// BLAKE2b-256 of a limits file's bytes, as ``GuardHello/limitsHash`` and ``GuardWelcome/limitsHash`` carry it.
public func hashOfLimits(_ bytes: [UInt8]) -> Words32 {
    var hash = [UInt8](repeating: 0, count: 32)
    unsafe crypto_generichash(&hash, 32, bytes, UInt64(bytes.count), nil, 0)
    return Words32(bytes: hash)
}
