import Testing

@Suite struct StimulationTestsRoom {}
