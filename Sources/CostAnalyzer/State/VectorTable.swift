import Foundation
import GRDB

/// Vectors by embedder and text, so that none is computed twice.
extension StateStore {
  /// How long the stored vectors of an embedder are; nil when there are none.
  package func vectorDimensions(embedder: String) throws -> Int? {
    do {
      return try database.read {
        try Int.fetchOne($0, sql: "SELECT dimensions FROM embedder WHERE identity = ?", arguments: [embedder])
      }
    } catch {
      throw readError(error)
    }
  }

  /// Copies the stored vectors of `keys` to the rows of `matrix` and says which rows were found. What is not needed is not
  /// looked for: a figure must not depend on what earlier runs stored.
  package func loadVectors(
    embedder: String, keys: [Hash128], needed: [Bool]? = nil, into matrix: inout VectorMatrix
  ) throws -> [Bool] {
    let bytes = matrix.dimensions * 4
    do {
      return try database.read { db in
        var found = [Bool](repeating: false, count: keys.count)
        guard
          let id = try Int64.fetchOne(db, sql: "SELECT id FROM embedder WHERE identity = ?", arguments: [embedder])
        else { return found }
        let statement = try db.cachedStatement(sql: "SELECT value FROM vector WHERE embedder = ? AND key = ?")
        for (row, key) in keys.enumerated() where needed?[row] ?? true {
          statement.setUncheckedArguments([id, key.data])
          let rows = try Row.fetchCursor(statement)
          guard let stored = try rows.next() else { continue }
          try stored.withUnsafeData(atIndex: 0) { data in
            guard let data, data.count == bytes else { return }
            matrix.values.withUnsafeMutableBytes { values in
              _ = data.copyBytes(to: UnsafeMutableRawBufferPointer(rebasing: values[row * bytes..<(row + 1) * bytes]))
            }
            found[row] = true
          }
        }
        return found
      }
    } catch {
      throw readError(error)
    }
  }

  private func readError(_ error: any Error) -> AnalyzerError {
    AnalyzerError(
      .state, "cannot read vectors from \(path): \(Self.explain(error))", hint: "name another file with --state FILE")
  }

  /// Stores the rows of `matrix` in one transaction. What is there already stays.
  package func saveVectors(embedder: String, keys: [Hash128], of matrix: VectorMatrix) throws {
    let width = matrix.dimensions
    do {
      try database.write { db in
        try db.execute(
          sql: "INSERT OR IGNORE INTO embedder (identity, dimensions) VALUES (?, ?)", arguments: [embedder, width])
        let id = try Int64.fetchOne(
          db, sql: "SELECT id FROM embedder WHERE identity = ? AND dimensions = ?", arguments: [embedder, width])
        guard let id else {
          throw AnalyzerError(.state, "it holds vectors of another length from \(embedder)")
        }
        let statement = try db.cachedStatement(sql: "INSERT OR IGNORE INTO vector VALUES (?, ?, ?)")
        // In key order the index grows at its end.
        for index in keys.indices.sorted(by: { keys[$0] < keys[$1] }) {
          let value = matrix.row(index).withUnsafeBytes { Data($0) }
          try statement.execute(arguments: [id, keys[index].data, value])
        }
      }
    } catch {
      throw AnalyzerError(
        .state, "cannot store vectors in \(path): \(Self.explain(error))",
        hint: "name another file with --state FILE, or go without one with --no-state")
    }
  }
}

extension Hash128 {
  /// High word first.
  var data: Data {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
  }

  init?(_ data: Data) {
    guard data.count == 16 else { return nil }
    func word(_ bytes: Data) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(low: word(data.suffix(8)), high: word(data.prefix(8)))
  }
}
