// JSON pointers as a tree.
#ifndef CTEXTSCAN_PLAN_H
#define CTEXTSCAN_PLAN_H

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// One token of a pointer, below the one before it.
class Node {
 public:
  /// Number of the pointer that ends here, -1 when none does. A pointer may end inside another one ("/metadata" and
  /// "/metadata/user").
  int slot = -1;

  /// False for what is no pointer (RFC 6901).
  bool add(const char *pointer, int number) {
    Node *node = this;
    while (*pointer == '/') node = &node->child(token(++pointer));
    node->slot = number;
    return *pointer == '\0';
  }

  /// Makes the children findable, after the last `add`.
  void seal() {
    size_t size = 4;
    while (size < 2 * children.size()) size *= 2;
    shift = 64 - __builtin_ctzll(size);
    table.assign(size, {});
    for (size_t i = 0; i < children.size(); ++i) {
      Node &node = children[i];
      node.seal();
      if (node.index >= 0) elements.push_back(i);
      size_t at = place(node.head);
      while (table[at].child != 0) at = next(at);
      table[at] = {node.head, static_cast<uint32_t>(i + 1)};
    }
  }

  bool has_members() const { return !children.empty(); }
  bool has_elements() const { return !elements.empty(); }

  /// The child for a key, still escaped and with its closing quote. Eight bytes must be readable behind that.
  const Node *member(const char *key) const {
    const uint64_t head = head_of(key);
    for (size_t at = place(head); table[at].child != 0; at = next(at)) {
      if (table[at].head != head) continue;
      const Node &node = children[table[at].child - 1];
      const size_t n = node.key.size();
      if (n < 8 || (std::memcmp(key, node.key.data(), n) == 0 && key[n] == '"')) return &node;
    }
    return nullptr;
  }

  const Node *element(long position) const {
    for (const size_t i : elements)
      if (children[i].index == position) return &children[i];
    return nullptr;
  }

 private:
  struct Entry {
    uint64_t head = 0;
    uint32_t child = 0;  // its number plus one
  };

  std::string key;
  uint64_t head = 0;
  long index = -1;  // in an array, when the token is a number
  std::vector<Node> children;
  std::vector<size_t> elements;
  std::vector<Entry> table;
  int shift = 0;

  size_t place(uint64_t word) const { return static_cast<size_t>((word * 0x9E3779B97F4A7C15u) >> shift); }
  size_t next(size_t at) const { return (at + 1) & (table.size() - 1); }

  /// The first eight bytes of a key in the order of memory, zeros from its end on: most keys are told apart by that, and a
  /// shorter key by nothing else.
  static uint64_t head_of(const char *text) {
    uint64_t word;
    std::memcpy(&word, text, sizeof word);
    const uint64_t ones = 0x0101010101010101u, odd = word ^ ('"' * ones), quotes = (odd - ones) & ~odd & (ones << 7);
    if (quotes == 0) return word;
    const int bits = __builtin_ctzll(quotes) - 7;
    return word & ((uint64_t{1} << bits) - 1);
  }

  Node &child(std::string name) {
    for (auto &node : children)
      if (node.key == name) return node;
    Node &node = children.emplace_back();
    if (!name.empty() && name.size() < 9 && name.find_first_not_of("0123456789") == std::string::npos)
      node.index = std::stol(name);
    node.key = std::move(name);
    node.head = head_of((node.key + "\"       ").c_str());
    return node;
  }

  static std::string token(const char *&p) {
    std::string name;
    for (; *p != '\0' && *p != '/'; ++p) {
      if (*p == '~' && (p[1] == '1' || p[1] == '0')) {
        name.push_back(*++p == '1' ? '/' : '~');
      } else {
        name.push_back(*p);
      }
    }
    return name;
  }
};

#endif
