import WeirPlan
import WeirPolicy

/// How the rules of the problem are decided: how many by classes alone, and in how many edges.
struct Statistics {
  let json: String

  init(_ policy: Policy) throws {
    guard let scope = policy.authz.indices.max(by: { policy.authz[$0].rules.count < policy.authz[$1].rules.count })
    else { throw Mistake("the policy has no rules") }
    let plan = ScopePlan(authz: scope, of: policy)
    let space = plan.space
    let count = policy.authz[scope].rules.count
    let indexed = (0..<count).count { rule in
      space.clauses.clausesOf[rule].allSatisfy { clause in
        space.clauses.constraints[clause].allSatisfy { Int(space.clauses.dimensions[$0]) < space.slots.count }
      }
    }
    let classes = space.slots.indices.map { space.classCount($0) }.reduce(0, +)
    json = """
      ,"indexed":\(indexed),"clauses":\(space.clauses.count),"variables":\(space.variables.count),"classes":\(classes),\
      "edges":\(plan.graph.map { "\($0.edgeCount)" } ?? "null")
      """
  }
}
