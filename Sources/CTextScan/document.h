// The structure of one JSON text.
#ifndef CTEXTSCAN_DOCUMENT_H
#define CTEXTSCAN_DOCUMENT_H

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "CTextScan.h"

/// Where the brackets, colons, commas and values of a text begin, as simdjson's first stage finds them with vector
/// instructions. It checks UTF-8 and the ends of strings; all else is for the walk to check where it looks.
class Document {
 public:
  ca_status read(const char *bytes, size_t size) {
    forget();
    if (const auto error = reserve(size)) return status_of(error);
    const auto *json = reinterpret_cast<const uint8_t *>(bytes);
    if (const auto error = stage_one->stage1(json, size, simdjson::stage1_mode::regular)) return status_of(error);
    text = bytes;
    length = size;
    count = stage_one->n_structural_indexes;
    return CA_OK;
  }

  void forget() { text = nullptr; }

  bool contains(const char *bytes, size_t size) const {
    return text != nullptr && bytes >= text && bytes + size <= text + length;
  }

  const char *begin() const { return text; }
  /// Offsets into the text; one more than `size()` of them, the last one its length.
  const uint32_t *offsets() const { return stage_one->structural_indexes.get(); }
  size_t size() const { return count; }

  /// The number of the token that begins here; `size()` when none does, as inside of strings.
  size_t token(const char *start) const {
    const auto offset = static_cast<uint32_t>(start - text);
    const uint32_t *const end = offsets() + count, *const found = std::lower_bound(offsets(), end, offset);
    return found != end && *found == offset ? static_cast<size_t>(found - offsets()) : count;
  }

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_one;
  size_t capacity = 0;
  const char *text = nullptr;
  size_t length = 0, count = 0;

  simdjson::error_code reserve(size_t size) {
    if (stage_one != nullptr && size <= capacity) return simdjson::SUCCESS;
    const size_t larger = std::max<size_t>(size + size / 2, 1 << 16);
    capacity = 0;
    // The depth is that of the second stage, which is not used.
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(larger, 1, stage_one);
    if (!error) capacity = larger;
    return error;
  }

  static ca_status status_of(simdjson::error_code error) {
    switch (error) {
      case simdjson::UTF8_ERROR: return CA_BAD_UTF8;
      case simdjson::MEMALLOC: return CA_NO_MEMORY;
      default: return CA_BAD_JSON;
    }
  }
};

#endif
