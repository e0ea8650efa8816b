import Yams

/// Refuses a pair about different scopes: terms of one class that exclude each other (adults / children, home / car
/// insurance), and terms that narrow a question which the other text leaves open ("the extended warranty" / "the
/// warranty"). Classes: `Data/scope.yaml`.
package struct ScopeGuard: PairGuard {
  package let name = "scope"
  private var classes = ExclusiveClasses()

  package struct Signature: Sendable, Equatable { var members: ExclusiveClasses.Members }

  private struct File: Decodable { var exclusive, narrowing: [[String]] }

  package init(extraClasses: [[String]] = []) throws {
    let file = try YAMLDecoder().decode(File.self, from: String(decoding: PackageResources.scope_yaml, as: UTF8.self))
    for members in file.exclusive + extraClasses { classes.add(members) }
    for members in file.narrowing { classes.add(members, isNarrowing: true) }
  }

  package func signature(of text: GuardText) -> Signature { Signature(members: classes.members(in: text.words)) }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool { classes.differ(a.members, b.members) }
}
