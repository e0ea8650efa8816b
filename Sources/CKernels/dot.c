#include "CKernels.h"

typedef float v16 __attribute__((vector_size(64)));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4), may_alias));

// Macros, not functions: a vector argument has a different calling convention in each clone.
#define LOAD(p) ((v16)(*(const v16_unaligned *)(p)))
#define SUM(v)                                                                                          \
  ((((v)[0] + (v)[8]) + ((v)[4] + (v)[12])) + (((v)[2] + (v)[10]) + ((v)[6] + (v)[14])) +               \
   (((v)[1] + (v)[9]) + ((v)[5] + (v)[13])) + (((v)[3] + (v)[11]) + ((v)[7] + (v)[15])))

#define VARIANT(name) name##_portable
#define TARGET
#include "dot_tile.h"
#undef VARIANT
#undef TARGET

#if defined(__x86_64__)
#define VARIANT(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "dot_tile.h"
#undef VARIANT
#undef TARGET

#define VARIANT(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma")))
#include "dot_tile.h"
#undef VARIANT
#undef TARGET
#endif

static int isa_limit = CA_ISA_AVX512;

void ca_limit_isa(int isa) { __atomic_store_n(&isa_limit, isa, __ATOMIC_RELAXED); }

// Asked for every call: some loads against at least fifty multiplications. An ifunc would be resolved before a sanitizer
// has started, and crash it.
int ca_isa(void) {
  int isa = CA_ISA_PORTABLE;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
    isa = CA_ISA_AVX512;
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    isa = CA_ISA_AVX2;
#endif
  const int limit = __atomic_load_n(&isa_limit, __ATOMIC_RELAXED);
  return isa < limit ? isa : limit;
}

float ca_dot(const float *a, const float *b, size_t dimensions) {
  switch (ca_isa()) {
#if defined(__x86_64__)
    case CA_ISA_AVX512: return dot_avx512(a, b, dimensions);
    case CA_ISA_AVX2: return dot_avx2(a, b, dimensions);
#endif
    default: return dot_portable(a, b, dimensions);
  }
}

void ca_dot_tile(const float *a, size_t countA, const float *b, size_t countB, size_t dimensions, float *out) {
  switch (ca_isa()) {
#if defined(__x86_64__)
    case CA_ISA_AVX512: tile_avx512(a, countA, b, countB, dimensions, out); break;
    case CA_ISA_AVX2: tile_avx2(a, countA, b, countB, dimensions, out); break;
#endif
    default: tile_portable(a, countA, b, countB, dimensions, out);
  }
}
