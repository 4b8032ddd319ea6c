import Testing

@Suite struct CampaignsTestsRoom {}
