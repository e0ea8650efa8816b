/// Which known cluster each of tonight's is: the one that shares most requests with it, one to one.
///
/// Two clusters share of every key the smaller number of its requests. The pair that shares most is matched first, of equals
/// that with the smaller id, then that with tonight's earlier cluster; what is left over gets new ids in order. So a split
/// keeps its id with the larger part, and a merge the id of the larger.
package enum ClusterMatching {
  /// - Parameters:
  ///   - known: keys by id.
  ///   - tonight: keys of each cluster.
  ///   - next: the first id that nobody has had.
  package static func ids(known: [Int64: [ClusterTrace.Key]], tonight: [[ClusterTrace.Key]], next: Int64) -> [Int64] {
    var holders: [Hash128: [(id: Int64, requests: Int)]] = [:]
    for (id, keys) in known {
      for key in keys { holders[key.identity, default: []].append((id, key.requests)) }
    }
    struct Shared {
      var requests: Int
      var id: Int64
      var cluster: Int
    }
    var pairs: [Shared] = []
    for (cluster, keys) in tonight.enumerated() {
      var shared: [Int64: Int] = [:]
      for key in keys {
        for holder in holders[key.identity] ?? [] {
          shared[holder.id, default: 0] += min(holder.requests, key.requests)
        }
      }
      pairs += shared.map { Shared(requests: $0.value, id: $0.key, cluster: cluster) }
    }
    pairs.sort { ($1.requests, $0.id, $0.cluster) < ($0.requests, $1.id, $1.cluster) }
    var ids = [Int64?](repeating: nil, count: tonight.count)
    var taken: Set<Int64> = []
    for pair in pairs where ids[pair.cluster] == nil && taken.insert(pair.id).inserted { ids[pair.cluster] = pair.id }
    var next = next
    return ids.map { id in
      if let id { return id }
      next += 1
      return next - 1
    }
  }
}
