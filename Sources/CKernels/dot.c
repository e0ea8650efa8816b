#include "CKernels.h"

typedef float v16 __attribute__((vector_size(64)));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4), may_alias));

// Macros, not functions: a vector argument has a different calling convention in each clone.
#define LOAD(p) ((v16)(*(const v16_unaligned *)(p)))
#define SUM(v)                                                                                          \
  ((((v)[0] + (v)[8]) + ((v)[4] + (v)[12])) + (((v)[2] + (v)[10]) + ((v)[6] + (v)[14])) +               \
   (((v)[1] + (v)[9]) + ((v)[5] + (v)[13])) + (((v)[3] + (v)[11]) + ((v)[7] + (v)[15])))

#define DOT_NAME tile_portable
#define DOT_TARGET
#include "dot_tile.h"
#undef DOT_NAME
#undef DOT_TARGET

#if defined(__x86_64__)
#define DOT_NAME tile_avx2
#define DOT_TARGET __attribute__((target("avx2,fma")))
#include "dot_tile.h"
#undef DOT_NAME
#undef DOT_TARGET

#define DOT_NAME tile_avx512
#define DOT_TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma")))
#include "dot_tile.h"
#undef DOT_NAME
#undef DOT_TARGET
#endif

// Asked for every tile: two loads against a hundred microseconds of work. An ifunc would be resolved before a sanitizer
// has started, and crash it.
void ca_dot_tile(const float *a, size_t countA, const float *b, size_t countB, size_t dimensions, float *out) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    tile_avx512(a, countA, b, countB, dimensions, out);
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    tile_avx2(a, countA, b, countB, dimensions, out);
  else
#endif
    tile_portable(a, countA, b, countB, dimensions, out);
}
