import Testing

@Suite struct RealtimeTestsRoom {}
