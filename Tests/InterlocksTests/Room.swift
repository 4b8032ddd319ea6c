import Testing

@Suite struct InterlocksTestsRoom {}
