import Testing

@Suite struct DecodingTestsRoom {}
