#include <new>

#include "CTextScan.h"
#include "document.h"
#include "plan.h"

struct ca_plan {
  Node root;
  size_t count = 0;
};

struct ca_parser {
  /// The line, and the texts in it that are JSON themselves. Parts of them are walked without being scanned again.
  static constexpr size_t kept = 4;
  Document documents[kept];
  size_t used = 0;
};

namespace {

void set(ca_slice *out, const char *start, const char *end, ca_kind kind) {
  out->start = start;
  out->length = static_cast<uint32_t>(end - start);
  out->kind = kind;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Goes over the tokens of a document, once and forward. Every function begins at a value's first token, ends behind its
/// last one and is false when it meets damage.
class Walk {
 public:
  Walk(const Document &document, size_t first)
      : text(document.begin()), at(document.offsets()), count(document.size()), i(first) {}

  char head() const { return i < count ? text[at[i]] : '\0'; }

  /// Whether the value that was walked is all there is before `end`.
  bool is_behind(const char *end) const { return last() <= end && text + at[i] >= end; }

  bool object(const Node &node, ca_slice *out) {
    return members([&](const char *key) {
      const Node *child = node.member(key);
      return child == nullptr ? skip() : value(*child, out);
    });
  }

  /// Calls `each` at every value with its key.
  template <typename Each>
  bool members(Each each) {
    ++i;
    if (head() == '}') return step();
    while (true) {
      if (head() != '"') return false;
      const char *key = text + at[i] + 1;
      ++i;
      if (head() != ':') return false;
      ++i;
      if (!each(key)) return false;
      const char next = head();
      ++i;
      if (next == '}') return true;
      if (next != ',') return false;
    }
  }

  /// Calls `each` at every element with its position.
  template <typename Each>
  bool elements(Each each) {
    ++i;
    if (head() == ']') return step();
    for (long position = 0;; ++position) {
      if (!each(position)) return false;
      const char next = head();
      ++i;
      if (next == ']') return true;
      if (next != ',') return false;
    }
  }

  bool capture(ca_slice *out) {
    const char *const start = text + at[i];
    const char kind = head();
    if (!skip()) return false;
    if (kind == '{' || kind == '[') {
      set(out, start, last(), kind == '{' ? CA_OBJECT : CA_ARRAY);
      return true;
    }
    const char *end = text + at[i];
    while (end > start && is_blank(end[-1])) --end;
    const auto size = static_cast<size_t>(end - start);
    const auto is = [&](const char *word, size_t letters) {
      return size == letters && std::memcmp(start, word, letters) == 0;
    };
    switch (kind) {
      case '"':
        if (size < 2 || end[-1] != '"') return false;
        set(out, start + 1, end - 1, CA_STRING);
        return true;
      case 'n': set(out, start, end, CA_NULL); return is("null", 4);
      case 't': set(out, start, end, CA_TRUE); return is("true", 4);
      case 'f': set(out, start, end, CA_FALSE); return is("false", 5);
      default:
        set(out, start, end, CA_NUMBER);
        return kind == '-' || (kind >= '0' && kind <= '9');
    }
  }

 private:
  const char *const text;
  const uint32_t *const at;
  const size_t count;
  size_t i;

  bool step() {
    ++i;
    return true;
  }

  /// The end of the last token, a bracket.
  const char *last() const { return text + at[i - 1] + 1; }

  bool value(const Node &node, ca_slice *out) {
    const size_t first = i;
    const char kind = head();
    bool walked = false;
    if (kind == '{' && node.has_members()) {
      walked = true;
      if (!object(node, out)) return false;
    } else if (kind == '[' && node.has_elements()) {
      walked = true;
      const auto each = [&](long position) {
        const Node *child = node.element(position);
        return child == nullptr ? skip() : value(*child, out);
      };
      if (!elements(each)) return false;
    }
    if (!walked) return node.slot < 0 ? skip() : capture(out + node.slot);
    if (node.slot >= 0) set(out + node.slot, text + at[first], last(), kind == '{' ? CA_OBJECT : CA_ARRAY);
    return true;
  }

  bool skip() {
    switch (head()) {
      case '{':
      case '[': break;
      case '}':
      case ']':
      case ',':
      case ':':
      case '\0': return false;
      default: return step();
    }
    for (size_t depth = 1; depth > 0;) {
      if (++i >= count) return false;
      const char bracket = text[at[i]] | 0x20;  // [ and { differ in this bit only, as ] and } do
      depth += bracket == '{';
      depth -= bracket == '}';
    }
    return step();
  }
};

/// The document that the text stands in, read when it is none that is known.
ca_status find(ca_parser *parser, const char *text, size_t length, const Document **document, size_t *first) {
  for (size_t i = 0; i < std::min(parser->used, ca_parser::kept); ++i) {
    const Document &known = parser->documents[i];
    if (!known.contains(text, length)) continue;
    *first = known.token(text);
    if (*first == known.size()) continue;
    *document = &known;
    return CA_OK;
  }
  // The first one, the line, stays.
  const size_t place = parser->used < ca_parser::kept ? parser->used : 1 + parser->used % (ca_parser::kept - 1);
  ++parser->used;
  const auto status = parser->documents[place].read(text, length);
  *document = &parser->documents[place];
  *first = 0;
  return status;
}

}  // namespace

extern "C" {

size_t ca_padding(void) { return simdjson::SIMDJSON_PADDING; }

ca_parser *ca_parser_new(void) { return new (std::nothrow) ca_parser; }
void ca_parser_free(ca_parser *parser) { delete parser; }

void ca_parser_forget(ca_parser *parser) {
  for (auto &document : parser->documents) document.forget();
  parser->used = 0;
}

ca_plan *ca_plan_new(const char *const *pointers, size_t count) {
  if (count > 65535) return nullptr;
  auto plan = std::make_unique<ca_plan>();
  plan->count = count;
  for (size_t i = 0; i < count; ++i)
    if (!plan->root.add(pointers[i], static_cast<int>(i))) return nullptr;
  plan->root.seal();
  return plan.release();
}
void ca_plan_free(ca_plan *plan) { delete plan; }

ca_status ca_walk(ca_parser *parser, const ca_plan *plan, const char *text, size_t length, ca_slice *out) {
  std::memset(out, 0, plan->count * sizeof(ca_slice));
  const Document *document;
  size_t first;
  if (const auto status = find(parser, text, length, &document, &first)) return status;
  Walk walk(*document, first);
  if (walk.head() != '{') return CA_NOT_OBJECT;
  return walk.object(plan->root, out) && walk.is_behind(text + length) ? CA_OK : CA_BAD_JSON;
}

ca_status ca_elements(ca_parser *parser, const char *text, size_t length, ca_slice *out, size_t max, size_t *found) {
  *found = 0;
  const Document *document;
  size_t first;
  if (const auto status = find(parser, text, length, &document, &first)) return status;
  Walk walk(*document, first);
  if (walk.head() != '[') return CA_BAD_JSON;
  ca_slice rest;
  const auto each = [&](long) {
    const bool whole = walk.capture(*found < max ? out + *found : &rest);
    ++*found;
    return whole;
  };
  return walk.elements(each) && walk.is_behind(text + length) ? CA_OK : CA_BAD_JSON;
}

ca_status ca_members(ca_parser *parser, const char *text, size_t length, ca_slice *out, size_t max, size_t *found) {
  *found = 0;
  const Document *document;
  size_t first;
  if (const auto status = find(parser, text, length, &document, &first)) return status;
  Walk walk(*document, first);
  if (walk.head() != '{') return CA_BAD_JSON;
  ca_slice pair[2];
  const auto each = [&](const char *key) {
    ca_slice *const target = *found < max ? out + 2 * *found : pair;
    const char *end = key;
    while (*end != '"') end += *end == '\\' ? 2 : 1;
    set(target, key, end, CA_STRING);
    ++*found;
    return walk.capture(target + 1);
  };
  return walk.members(each) && walk.is_behind(text + length) ? CA_OK : CA_BAD_JSON;
}

}  // extern "C"
