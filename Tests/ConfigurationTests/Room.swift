import Testing

@Suite struct ConfigurationTestsRoom {}
