import Testing

@Suite struct VirtualLabTestsRoom {}
