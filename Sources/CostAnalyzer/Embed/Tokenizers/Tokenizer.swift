/// Splits text into the vocabulary of a model. The same ids, text for text, as the Python package `tokenizers`.
package protocol Tokenizer: Sendable {
  /// Ids of a UTF-8 text, without the special tokens that a model wants around it ([CLS] … [SEP]).
  func encode(_ text: [UInt8]) -> [Int32]
  /// The id of one token by its exact name, such as "[CLS]".
  func id(of token: String) -> Int32?
  /// What stands for text that the vocabulary cannot spell.
  var unknown: Int32? { get }
}
