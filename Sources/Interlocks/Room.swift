// Interlocks
