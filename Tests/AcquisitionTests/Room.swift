import Testing

@Suite struct AcquisitionTestsRoom {}
