import Testing
import WeirRequest

@Suite struct VerdictJSONTests {
  @Test func writesTheSampleOfTheContract() {
    var verdict = Verdict(outcome: .allow, by: "charge", reason: nil, shadowOutcome: .allow)
    verdict.matched = ["charge"]
    verdict.limits = [Verdict.Charge(limit: "per-caller", key: "spiffe://shop.example/ns/prod/sa/checkout")]
    verdict.route = Verdict.Route(
      name: "charges",
      action: .forward(
        service: "payments", subset: "stable",
        plan: [
          Verdict.PlanEntry(destination: "payments.stable", weight: 9_500),
          Verdict.PlanEntry(destination: "payments.canary", weight: 500),
        ], path: "/v1/charges"))
    verdict.canonical = Verdict.Canonical(host: "shop.example", path: "/v1/charges", query: "x=1")
    #expect(
      verdict.json.text
        == #"{"outcome":"allow","by":"charge","reason":null,"matched":["charge"],"shadow":[],"audit":[],"#
        + #""shadow_outcome":"allow","limits":[{"name":"per-caller","key":"spiffe://shop.example/ns/prod/sa/checkout"}],"#
        + #""route":{"name":"charges","action":"forward","destination":"payments","subset":"stable","#
        + #""plan":[["payments.stable",95],["payments.canary",5]],"path":"/v1/charges"},"#
        + #""canonical":{"host":"shop.example","path":"/v1/charges","query":"x=1"}}"#)
  }

  @Test(arguments: [
    (10_000, "100"), (9_500, "95"), (1_250, "12.5"), (1, "0.01"), (9_999, "99.99"), (0, "0"), (3_333, "33.33"),
  ])
  func writesWeightsInPercent(weight: Int, text: String) {
    var verdict = Verdict(outcome: .deny, by: nil, reason: "no_rule", shadowOutcome: .deny)
    verdict.route = Verdict.Route(
      name: "otherwise",
      action: .forward(
        service: "a", subset: nil, plan: [Verdict.PlanEntry(destination: "a", weight: weight)], path: "/"))
    #expect(
      verdict.json["route"]?.text
        == #"{"name":"otherwise","action":"forward","destination":"a","subset":null,"plan":[["a",\#(text)]],"path":"/"}"#
    )
  }

  @Test func writesTheOtherActions() {
    let redirect = Verdict.Route(name: "old", action: .redirect(status: 308, location: "/new/x?a=1"))
    let respond = Verdict.Route(name: "otherwise", action: .respond(status: 404))
    var verdict = Verdict(outcome: .allow, by: nil, reason: "local", shadowOutcome: .allow)
    verdict.route = redirect
    #expect(
      verdict.json["route"]?.text == #"{"name":"old","action":"redirect","status":308,"location":"/new/x?a=1"}"#)
    verdict.route = respond
    #expect(verdict.json["route"]?.text == #"{"name":"otherwise","action":"respond","status":404}"#)
    let reject = Verdict(outcome: .reject, by: nil, reason: "path_nul", shadowOutcome: .reject)
    #expect(reject.json["route"] == .null)
    #expect(reject.json["canonical"] == .null)
    #expect(reject.json["reason"] == .string("path_nul"))
  }
}
