import Testing

@Suite struct NeuromorphicTestsRoom {}
