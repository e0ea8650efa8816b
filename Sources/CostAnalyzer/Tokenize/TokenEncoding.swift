/// The encodings of OpenAI's models whose rank files can be had.
package enum TokenEncoding: String, Sendable, CaseIterable {
  case o200k = "o200k_base"
  case cl100k = "cl100k_base"

  /// Name of the rank file in the folder of an installation.
  package var fileName: String { rawValue + ".tiktoken" }

  /// Of the rank file, 64 hex digits, as `tiktoken` 0.14.0 expects it.
  package var sha256: String {
    switch self {
    case .o200k: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
    case .cl100k: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
    }
  }

  /// The SHA-1 of the file's address, which is its name in tiktoken's cache and in the litellm package.
  package var cacheName: String {
    switch self {
    case .o200k: "fb374d419588a4632f3f557e76b4b70aebbca790"
    case .cl100k: "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
    }
  }
}
