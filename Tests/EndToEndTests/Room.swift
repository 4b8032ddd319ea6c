import Testing

@Suite struct EndToEndTestsRoom {}
