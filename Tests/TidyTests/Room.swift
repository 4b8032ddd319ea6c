import Testing

@Suite struct TidyTestsRoom {}
