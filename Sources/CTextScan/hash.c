#define XXH_INLINE_ALL
#include <xxhash.h>

#include "CTextScan.h"

uint64_t ca_hash64(const void *bytes, size_t length, uint64_t seed) { return XXH3_64bits_withSeed(bytes, length, seed); }

ca_hash128_t ca_hash128(const void *bytes, size_t length, uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, length, seed);
  return (ca_hash128_t){hash.low64, hash.high64};
}
