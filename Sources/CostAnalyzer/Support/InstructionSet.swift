import CKernels

/// The instructions that the program's kernels may use: the widest the CPU has, or fewer for a measurement.
package enum InstructionSet: String, CaseIterable, Sendable {
  case portable, avx2, avx512

  /// What is in use; on CPUs other than x86 always `portable`.
  package static var current: InstructionSet { allCases[Int(ca_isa())] }

  /// Uses nothing wider from now on. No figure of a report depends on it.
  package static func limit(to widest: InstructionSet) { ca_limit_isa(Int32(allCases.firstIndex(of: widest)!)) }

  /// `$ANALYZE_ISA`, where it names a set.
  package static func limit(environment: [String: String]) {
    if let name = environment["ANALYZE_ISA"], let widest = InstructionSet(rawValue: name) { limit(to: widest) }
  }
}
