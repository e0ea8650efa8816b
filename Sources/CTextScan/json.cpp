#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "CTextScan.h"

using namespace simdjson;

struct ca_parser {
  ondemand::parser parser;
};

namespace {

struct Node {
  std::string key;
  long index = -1;  // array index when the pointer's token is a number
  int slot = -1;
  std::vector<Node> children;
  // The first eight bytes of the key as one word, and which of them count: most keys are told apart by that.
  uint64_t head = 0, head_mask = 0;

  static uint64_t head_of(const char *text) {  // text has eight readable bytes: the padding sees to that
    uint64_t word;
    std::memcpy(&word, text, sizeof word);
    return word;
  }

  void set_key(std::string name) {
    key = std::move(name);
    char bytes[8] = {0}, mask[8] = {0};
    for (size_t i = 0; i < 8 && i < key.size(); ++i) {
      bytes[i] = key[i];
      mask[i] = static_cast<char>(0xFF);
    }
    head = head_of(bytes);
    head_mask = head_of(mask);
  }

  bool wants_array() const {
    for (const auto &child : children)
      if (child.index >= 0) return true;
    return false;
  }
};

// A pointer may end inside another one ("/metadata" and "/metadata/user"); then the value is captured whole and
// walked a second time from its own start.
bool add(Node &root, const char *pointer, int slot) {
  Node *node = &root;
  const char *p = pointer;
  if (*p == '\0') {
    node->slot = slot;
    return true;
  }
  while (*p == '/') {
    ++p;
    std::string token;
    for (; *p != '\0' && *p != '/'; ++p) {
      if (*p == '~' && p[1] == '1') {
        token.push_back('/');
        ++p;
      } else if (*p == '~' && p[1] == '0') {
        token.push_back('~');
        ++p;
      } else {
        token.push_back(*p);
      }
    }
    Node *next = nullptr;
    for (auto &child : node->children)
      if (child.key == token) next = &child;
    if (next == nullptr) {
      Node child;
      child.set_key(token);
      if (!token.empty() && token.size() < 9 && token.find_first_not_of("0123456789") == std::string::npos)
        child.index = std::stol(token);
      node->children.push_back(std::move(child));
      next = &node->children.back();
    }
    node = next;
  }
  node->slot = slot;
  return *p == '\0';
}

ca_status status_of(error_code error) {
  switch (error) {
    case SUCCESS: return CA_OK;
    case UTF8_ERROR: return CA_BAD_UTF8;
    case MEMALLOC: return CA_NO_MEMORY;
    default: return CA_BAD_JSON;
  }
}

void set(ca_slice *out, const char *start, size_t length, ca_kind kind) {
  out->start = start;
  out->length = static_cast<uint32_t>(length);
  out->kind = kind;
}

error_code capture(ondemand::value value, ca_slice *out) {
  ondemand::json_type type;
  SIMDJSON_TRY(value.type().get(type));
  std::string_view text;
  switch (type) {
    case ondemand::json_type::object: {
      ondemand::object object;
      SIMDJSON_TRY(value.get_object().get(object));
      SIMDJSON_TRY(object.raw_json().get(text));
      set(out, text.data(), text.size(), CA_OBJECT);
      return SUCCESS;
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      SIMDJSON_TRY(value.get_array().get(array));
      SIMDJSON_TRY(array.raw_json().get(text));
      set(out, text.data(), text.size(), CA_ARRAY);
      return SUCCESS;
    }
    default: break;
  }
  text = value.raw_json_token();
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n' || text.back() == '\r'))
    text.remove_suffix(1);
  switch (type) {
    case ondemand::json_type::string:
      if (text.size() < 2 || text.back() != '"') return STRING_ERROR;
      set(out, text.data() + 1, text.size() - 2, CA_STRING);
      return SUCCESS;
    case ondemand::json_type::null:
      if (text != "null") return N_ATOM_ERROR;
      set(out, text.data(), 4, CA_NULL);
      return SUCCESS;
    case ondemand::json_type::boolean:
      if (text == "true") {
        set(out, text.data(), 4, CA_TRUE);
      } else if (text == "false") {
        set(out, text.data(), 5, CA_FALSE);
      } else {
        return F_ATOM_ERROR;
      }
      return SUCCESS;
    default: set(out, text.data(), text.size(), CA_NUMBER); return SUCCESS;
  }
}

error_code walk_object(ondemand::object object, const Node &node, ca_slice *out);
error_code walk_array(ondemand::array array, const Node &node, ca_slice *out);

error_code walk_value(ondemand::value value, const Node &node, ca_slice *out) {
  if (node.slot >= 0) {
    if (node.children.empty()) return capture(value, out + node.slot);
    ondemand::json_type type;
    SIMDJSON_TRY(value.type().get(type));
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      SIMDJSON_TRY(value.get_object().get(object));
      std::string_view text;
      SIMDJSON_TRY(object.raw_json().get(text));
      set(out + node.slot, text.data(), text.size(), CA_OBJECT);
      bool more = false;
      SIMDJSON_TRY(object.reset().get(more));
      return more ? walk_object(object, node, out) : SUCCESS;
    }
    if (type == ondemand::json_type::array && node.wants_array()) {
      ondemand::array array;
      SIMDJSON_TRY(value.get_array().get(array));
      std::string_view text;
      SIMDJSON_TRY(array.raw_json().get(text));
      set(out + node.slot, text.data(), text.size(), CA_ARRAY);
      bool more = false;
      SIMDJSON_TRY(array.reset().get(more));
      return more ? walk_array(array, node, out) : SUCCESS;
    }
    return capture(value, out + node.slot);
  }
  ondemand::json_type type;
  SIMDJSON_TRY(value.type().get(type));
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    SIMDJSON_TRY(value.get_object().get(object));
    return walk_object(object, node, out);
  }
  if (type == ondemand::json_type::array && node.wants_array()) {
    ondemand::array array;
    SIMDJSON_TRY(value.get_array().get(array));
    return walk_array(array, node, out);
  }
  return SUCCESS;  // skipped by the caller's iterator
}

error_code walk_object(ondemand::object object, const Node &node, ca_slice *out) {
  const size_t count = node.children.size();
  size_t next = 0;  // records of one writer keep their order: look first behind the last key found
  for (auto result : object) {
    ondemand::field field;
    SIMDJSON_TRY(std::move(result).get(field));
    const char *key = field.key().raw();
    const uint64_t head = Node::head_of(key);
    for (size_t tried = 0; tried < count; ++tried) {
      const size_t at = next + tried < count ? next + tried : next + tried - count;
      const Node &child = node.children[at];
      const size_t n = child.key.size();
      if (((head ^ child.head) & child.head_mask) == 0 && (n < 8 || std::memcmp(key, child.key.data(), n) == 0) &&
          key[n] == '"') {
        SIMDJSON_TRY(walk_value(field.value(), child, out));
        next = at + 1 == count ? 0 : at + 1;
        break;
      }
    }
  }
  return SUCCESS;
}

error_code walk_array(ondemand::array array, const Node &node, ca_slice *out) {
  long position = 0;
  for (auto result : array) {
    ondemand::value value;
    SIMDJSON_TRY(std::move(result).get(value));
    for (const auto &child : node.children)
      if (child.index == position) SIMDJSON_TRY(walk_value(value, child, out));
    ++position;
  }
  return SUCCESS;
}

void append_utf8(uint32_t code, char *&out) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | (code >> 6));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (code >> 12));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (code >> 18));
    *out++ = static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  }
}

long hex4(const char *p, const char *end) {
  if (end - p < 4) return -1;
  long value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    value <<= 4;
    if (c >= '0' && c <= '9') value |= c - '0';
    else if (c >= 'a' && c <= 'f') value |= c - 'a' + 10;
    else if (c >= 'A' && c <= 'F') value |= c - 'A' + 10;
    else return -1;
  }
  return value;
}

}  // namespace

struct ca_plan {
  Node root;
  size_t count = 0;
};

extern "C" {

size_t ca_padding(void) { return SIMDJSON_PADDING; }

ca_parser *ca_parser_new(void) { return new (std::nothrow) ca_parser; }
void ca_parser_free(ca_parser *parser) { delete parser; }

ca_plan *ca_plan_new(const char *const *pointers, size_t count) {
  if (count > 65535) return nullptr;
  auto plan = std::make_unique<ca_plan>();
  plan->count = count;
  for (size_t i = 0; i < count; ++i)
    if (!add(plan->root, pointers[i], static_cast<int>(i))) return nullptr;
  return plan.release();
}
void ca_plan_free(ca_plan *plan) { delete plan; }

ca_status ca_walk(ca_parser *parser, const ca_plan *plan, const char *text, size_t length, ca_slice *out) {
  std::memset(out, 0, plan->count * sizeof(ca_slice));
  ondemand::document document;
  auto error = parser->parser.iterate(text, length, length + SIMDJSON_PADDING).get(document);
  if (error) return error == EMPTY ? CA_BAD_JSON : status_of(error);
  ondemand::json_type type;
  if ((error = document.type().get(type))) return status_of(error);
  if (type != ondemand::json_type::object) return CA_NOT_OBJECT;
  ondemand::object object;
  if ((error = document.get_object().get(object))) return status_of(error);
  if ((error = walk_object(object, plan->root, out))) return status_of(error);
  const char *rest = nullptr;  // anything behind the object is not one JSON value
  return document.current_location().get(rest) ? CA_OK : CA_BAD_JSON;
}

ca_status ca_elements(ca_parser *parser, const char *text, size_t length, ca_slice *out, size_t max, size_t *found) {
  *found = 0;
  ondemand::document document;
  auto error = parser->parser.iterate(text, length, length + SIMDJSON_PADDING).get(document);
  if (error) return status_of(error);
  ondemand::array array;
  if ((error = document.get_array().get(array))) return status_of(error);
  for (auto result : array) {
    ondemand::value value;
    if ((error = std::move(result).get(value))) return status_of(error);
    if (*found < max && (error = capture(value, out + *found))) return status_of(error);
    ++*found;
  }
  return CA_OK;
}

ca_status ca_members(ca_parser *parser, const char *text, size_t length, ca_slice *out, size_t max, size_t *found) {
  *found = 0;
  ondemand::document document;
  auto error = parser->parser.iterate(text, length, length + SIMDJSON_PADDING).get(document);
  if (error) return status_of(error);
  ondemand::object object;
  if ((error = document.get_object().get(object))) return status_of(error);
  for (auto result : object) {
    ondemand::field field;
    if ((error = std::move(result).get(field))) return status_of(error);
    if (*found < max) {
      const char *key = field.key().raw();
      const char *end = key;
      while (*end != '"') end += *end == '\\' ? 2 : 1;
      set(out + 2 * *found, key, static_cast<size_t>(end - key), CA_STRING);
      if ((error = capture(field.value(), out + 2 * *found + 1))) return status_of(error);
    }
    ++*found;
  }
  return CA_OK;
}

ptrdiff_t ca_unescape(const char *text, size_t length, char *out) {
  const char *p = text;
  const char *const end = text + length;
  char *const begin = out;
  while (p < end) {
    const auto *slash = static_cast<const char *>(std::memchr(p, '\\', static_cast<size_t>(end - p)));
    const char *stop = slash == nullptr ? end : slash;
    std::memcpy(out, p, static_cast<size_t>(stop - p));
    out += stop - p;
    p = stop;
    if (p == end) break;
    if (++p == end) return -1;
    switch (*p++) {
      case '"': *out++ = '"'; break;
      case '\\': *out++ = '\\'; break;
      case '/': *out++ = '/'; break;
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        const long unit = hex4(p, end);
        if (unit < 0) return -1;
        p += 4;
        auto code = static_cast<uint32_t>(unit);
        if (code >= 0xD800 && code < 0xDC00) {
          const long low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
          if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + static_cast<uint32_t>(low - 0xDC00);
            p += 6;
          } else {
            code = 0xFFFD;
          }
        } else if (code >= 0xDC00 && code < 0xE000) {
          code = 0xFFFD;
        }
        append_utf8(code, out);
        break;
      }
      default: return -1;
    }
  }
  return out - begin;
}

}  // extern "C"
