/// Which records are one request: by their own id, by the id of the answer, which all tools log alike, and by what links them.
struct RequestIdentities {
  private var ids = IDTable()
  /// Of answers, beside the records' own; empty until a record has one.
  private var answers = IDTable()
  /// Further identities of requests.
  private var aliases: [UInt64: Int] = [:]

  func prefetch(_ lines: [DecodedLine]) -> UInt64 {
    ids.prefetch(lines) { $0.idHash } &+ (answers.isInUse ? answers.prefetch(lines) { $0.answerHash } : 0)
  }

  /// The request that this record tells of too: the same id, unless the answers are two (a counter that began again), or the
  /// same answer, which another tool logged under an id of its own.
  func owner(of line: DecodedLine, _ links: RecordLinks) -> Int? {
    let (own, answer) = (line.idHash, line.answerHash)
    func agrees(_ owner: Int) -> Bool {
      let known = answers.hash(of: owner)
      return known == 0 || answer == 0 || known == answer
    }
    if own != 0, let owner = ids.owner(of: own), agrees(owner) { return owner }
    if answer != 0, let owner = answers.owner(of: answer) ?? ids.owner(of: answer) { return owner }
    if own != 0, answers.isInUse, let owner = answers.owner(of: own) { return owner }
    if aliases.isEmpty { return nil }
    if let owner = aliases[own], agrees(owner) { return owner }
    return (answer == 0 ? nil : aliases[answer]) ?? aliases[links.alias]
  }

  /// A request is there with its first record.
  mutating func add(_ line: DecodedLine, _ links: RecordLinks, request: Int) {
    ids.append(line.idHash)
    answers.append(line.answerHash, after: request)
    link(line, links, to: request)
  }

  /// A further record of a request.
  mutating func join(_ line: DecodedLine, _ links: RecordLinks, to request: Int) {
    if line.answerHash != 0, !answers.set(line.answerHash, of: request) { aliases[line.answerHash] = request }
    if line.idHash != 0, !ids.set(line.idHash, of: request) { aliases[line.idHash] = request }
    link(line, links, to: request)
  }

  private mutating func link(_ line: DecodedLine, _ links: RecordLinks, to request: Int) {
    if links.alias == 0 { return }
    for hash in [line.idHash, links.alias] where hash != 0 && aliases[hash] == nil { aliases[hash] = request }
  }

  /// The request with this identity.
  func owner(of hash: UInt64) -> Int? { hash == 0 ? nil : ids.owner(of: hash) ?? aliases[hash] }

  /// What a request is known by in another file: its answer's id, else its own; 0 without either.
  func identity(of request: Int) -> UInt64 {
    let answer = answers.hash(of: request)
    return answer == 0 ? ids.hash(of: request) : answer
  }
}
