import Foundation

/// Logistic regression with an L2 penalty on standardised features, fitted by Newton's method (iteratively reweighted least
/// squares). Sums run in the order of the rows: same rows, same bits.
struct LogisticRegression: Sendable {
  var means: [Double]
  var scales: [Double]
  var weights: [Double]
  var intercept: Double

  /// - Parameters:
  ///   - rows: features of each example, all of one length.
  ///   - importance: weight of each example's loss; 1 where none is given.
  ///   - penalty: λ in Σ loss + λ/2 · |weights|²; positive, so that the fit is unique. The intercept is free.
  init(rows: [[Double]], labels: [Bool], importance: [Double]? = nil, penalty: Double) {
    precondition(rows.count == labels.count && !rows.isEmpty && penalty > 0)
    let importance = importance ?? [Double](repeating: 1, count: rows.count)
    precondition(importance.count == rows.count)
    let width = rows[0].count
    means = [Double](repeating: 0, count: width)
    scales = [Double](repeating: 0, count: width)
    for row in rows { for column in 0..<width { means[column] += row[column] } }
    for column in 0..<width { means[column] /= Double(rows.count) }
    for row in rows { for column in 0..<width { scales[column] += pow(row[column] - means[column], 2) } }
    // A feature that never varies says nothing; its weight stays 0.
    for column in 0..<width {
      scales[column] = (scales[column] / Double(rows.count)).squareRoot()
      if scales[column] < 1e-9 { scales[column] = 1 }
    }
    weights = [Double](repeating: 0, count: width)
    intercept = 0
    fit(rows, labels, importance, penalty)
  }

  private mutating func fit(_ rows: [[Double]], _ labels: [Bool], _ importance: [Double], _ penalty: Double) {
    let width = weights.count
    let standard = rows.map { row in (0..<width).map { (row[$0] - means[$0]) / scales[$0] } + [1] }
    var solution = weights + [intercept]
    var loss = Self.loss(solution, standard, labels, importance, penalty)
    for _ in 0..<100 {
      var gradient = [Double](repeating: 0, count: width + 1)
      var hessian = [[Double]](repeating: gradient, count: width + 1)
      for (index, row) in standard.enumerated() {
        let p = Self.sigmoid(Self.dot(solution, row))
        let error = importance[index] * (p - (labels[index] ? 1 : 0))
        let curvature = importance[index] * p * (1 - p)
        for i in 0...width {
          gradient[i] += error * row[i]
          for j in 0...i { hessian[i][j] += curvature * row[i] * row[j] }
        }
      }
      for i in 0..<width {
        gradient[i] += penalty * solution[i]
        hessian[i][i] += penalty
      }
      hessian[width][width] += 1e-9
      let step = Self.solve(hessian, gradient)
      var size = 1.0
      var next = solution
      var nextLoss = loss
      // Halved until the loss falls: Newton's step may be too long far from the minimum.
      for _ in 0..<30 {
        next = zip(solution, step).map { $0 - size * $1 }
        nextLoss = Self.loss(next, standard, labels, importance, penalty)
        if nextLoss <= loss { break }
        size /= 2
      }
      let gain = loss - nextLoss
      if gain <= 0 { break }
      (solution, loss) = (next, nextLoss)
      if gain < 1e-10 * (1 + loss) { break }
    }
    weights = Array(solution[..<width])
    intercept = solution[width]
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func loss(
    _ solution: [Double], _ rows: [[Double]], _ labels: [Bool], _ importance: [Double], _ penalty: Double
  ) -> Double {
    var sum = 0.0
    for (index, row) in rows.enumerated() {
      let x = labels[index] ? -dot(solution, row) : dot(solution, row)
      sum += importance[index] * (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)))
    }
    return sum + penalty / 2 * solution.dropLast().reduce(0) { $0 + $1 * $1 }
  }

  /// Solves a symmetric positive definite system, given by its lower triangle, by Cholesky decomposition.
  private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    let count = right.count
    var lower = matrix
    var x = right
    for i in 0..<count {
      for j in 0...i {
        var sum = matrix[i][j]
        for k in 0..<j { sum -= lower[i][k] * lower[j][k] }
        lower[i][j] = i == j ? max(sum, 1e-12).squareRoot() : sum / lower[j][j]
      }
      for k in 0..<i { x[i] -= lower[i][k] * x[k] }
      x[i] /= lower[i][i]
    }
    for i in stride(from: count - 1, through: 0, by: -1) {
      for k in i + 1..<max(i + 1, count) { x[i] -= lower[k][i] * x[k] }
      x[i] /= lower[i][i]
    }
    return x
  }
}
