import Testing

@Suite struct ConditioningTestsRoom {}
