import Testing

@Suite struct MonitorTestsRoom {}
