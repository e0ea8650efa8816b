/// Long questions that ask for design, proof or debugging in several steps.
enum ComplexQuestions {
  static let subjects: [String] = [
    "a billing pipeline that never charges twice", "a rate limiter shared by forty servers",
    "a search index that stays available while it is rebuilt", "a payroll run across three countries",
    "an event store with exactly-once projections", "an approval workflow with deputies and deadlines",
    "a schema migration of a table with two billion rows", "a cache in front of a slow pricing service",
    "a queue with priorities and fairness between tenants", "a clause library with versions and owners",
    "a warehouse allocation with returns in transit", "a backup plan for an encrypted mail archive",
    "a travel policy check over changing fares", "a metrics store with late events",
  ]

  static let constraints: [String] = [
    "with at most two seconds of downtime", "without any shared clock", "with a budget of 500 dollars a month",
    "without losing the order of events", "with a single writer", "with two regions that may be cut off",
  ]

  static let forms = 4

  /// The question in one of two wordings.
  static func text(_ form: Int, _ template: Int, subject: String, constraint: String) -> String {
    switch (form, template) {
    case (0, 0):
      "Design \(subject) \(constraint). Describe the components, the data model and the failure modes, compare at "
        + "least two alternatives with their trade-offs, estimate the load for 10,000 requests per second, and explain "
        + "step by step how you would roll it out and how you would roll it back if the error rate rises above 0.5 %."
    case (0, _):
      "I need an architecture for \(subject) \(constraint). First list the assumptions, then the parts and how they "
        + "talk to each other, then what breaks when a part fails. Weigh two or more options against each other, size "
        + "it for 10,000 requests per second and give a rollout and rollback plan, one step at a time."
    case (1, 0):
      "Prove that \(subject) can be built \(constraint) if every message is delivered at least once. State the "
        + "invariants formally, show by induction over the history of operations that each of them holds, and give a "
        + "counterexample that shows why the proof fails when one message may be lost."
    case (1, _):
      "Give a rigorous argument that at-least-once delivery is enough for \(subject) \(constraint): define the "
        + "invariants, do the induction over all histories, treat the base case separately, and find the smallest "
        + "counterexample once messages can disappear."
    case (2, 0):
      "Debug this with me: we run \(subject) \(constraint). Since the last release some operations are applied twice, "
        + "but only under load, and the log shows `lock timeout after 3000 ms` followed by a retry. The retry uses the "
        + "same key, yet the second write succeeds. Go through the possible causes one after the other, say which "
        + "measurement would confirm or exclude each of them, and propose the smallest safe fix."
    case (2, _):
      "We have a nasty bug in \(subject) \(constraint). Under load a few operations happen twice; the log says "
        + "`lock timeout after 3000 ms` and then retries with the same key, and the second write goes through. Walk "
        + "through every hypothesis, tell me how to check it, rank them by likelihood and suggest a minimal fix."
    case (_, 0):
      "Analyse the risks of \(subject) \(constraint). For each risk estimate likelihood and damage, derive a "
        + "mitigation, calculate the expected cost over three years with and without it, and recommend an order of "
        + "work. Justify every number and name the assumptions that would change your recommendation."
    default:
      "Write a risk assessment for \(subject) \(constraint): which things can go wrong, how likely and how expensive "
        + "they are, what to do against each, what three years cost with and without the measures, and in which order "
        + "you would start. Explain where the numbers come from and what would change your mind."
    }
  }
}
