#define XXH_INLINE_ALL
#include <xxhash.h>

#include "CTextScan.h"

uint64_t ca_hash64(const void *bytes, size_t length, uint64_t seed) { return XXH3_64bits_withSeed(bytes, length, seed); }

ca_hash128_t ca_hash128(const void *bytes, size_t length, uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, length, seed);
  return (ca_hash128_t){hash.low64, hash.high64};
}

ca_hash_state *ca_hash_begin(void) {
  XXH3_state_t *state = XXH3_createState();
  if (state) XXH3_128bits_reset(state);
  return (ca_hash_state *)state;
}

void ca_hash_add(ca_hash_state *state, const void *bytes, size_t length) {
  XXH3_128bits_update((XXH3_state_t *)state, bytes, length);
}

ca_hash128_t ca_hash_so_far(const ca_hash_state *state) {
  const XXH128_hash_t hash = XXH3_128bits_digest((const XXH3_state_t *)state);
  return (ca_hash128_t){hash.low64, hash.high64};
}

void ca_hash_end(ca_hash_state *state) { XXH3_freeState((XXH3_state_t *)state); }
