/// The requests that one cache entry answers in the replay without TTL at the deployed threshold.
///
/// Which entry answers a request depends on earlier requests only, so the first positions of a cluster are the cluster as it
/// was known at any earlier moment.
package struct LeaderClusters: Sendable {
  /// Cluster of each trace position; numbers rise in order of first appearance.
  package let clusterOf: [UInt32]
  /// Dense key of the entry that each cluster stands for.
  package let leaders: [UInt32]
  private let offsets: [Int]
  private let members: [UInt32]

  package init(_ trace: ReplayTrace, graph: NeighbourGraph, threshold: Float, guards: UInt8) {
    let setting = CacheSetting(threshold: threshold, ttl: nil, guards: guards)
    var server = Array(0..<trace.count)
    _ = replayCache(trace, graph: graph, setting: setting) { position, _, by, _ in server[position] = by }
    self.init(server: server, keys: trace.keys)
  }

  /// - Parameter server: position of the request that inserted the entry which answers each position; its own for a miss.
  package init(server: [Int], keys: [UInt32]) {
    var leaders: [UInt32] = []
    var clusterOf: [UInt32] = []
    clusterOf.reserveCapacity(server.count)
    for (position, by) in server.enumerated() {
      if by == position {
        clusterOf.append(UInt32(leaders.count))
        leaders.append(keys[position])
      } else {
        clusterOf.append(clusterOf[by])
      }
    }
    var offsets = [Int](repeating: 0, count: leaders.count + 1)
    for cluster in clusterOf { offsets[Int(cluster) + 1] += 1 }
    for cluster in leaders.indices { offsets[cluster + 1] += offsets[cluster] }
    var next = offsets
    var members = [UInt32](repeating: 0, count: server.count)
    for (position, cluster) in clusterOf.enumerated() {
      members[next[Int(cluster)]] = UInt32(position)
      next[Int(cluster)] += 1
    }
    self.clusterOf = clusterOf
    self.leaders = leaders
    self.offsets = offsets
    self.members = members
  }

  package var count: Int { leaders.count }

  /// Trace positions of a cluster, in order.
  package func positions(of cluster: Int) -> ArraySlice<UInt32> { members[offsets[cluster]..<offsets[cluster + 1]] }
}
