import Testing

@Suite struct LoopTestsRoom {}
