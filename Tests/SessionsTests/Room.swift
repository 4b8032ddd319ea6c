import Testing

@Suite struct SessionsTestsRoom {}
