import Testing

@Suite struct GuardTestsRoom {}
