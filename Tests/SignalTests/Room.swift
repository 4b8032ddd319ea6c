import Testing

@Suite struct SignalTestsRoom {}
