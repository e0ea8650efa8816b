#include "CKernels.h"

#include <math.h>
#include <stdint.h>

typedef float v16 __attribute__((vector_size(64)));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i16 __attribute__((vector_size(64)));

// Macros, not functions: a vector argument has a different calling convention in each clone.
#define LOAD(p) ((v16)(*(const v16_unaligned *)(p)))
#define STORE(p, v) (*(v16_unaligned *)(p) = (v))
#define ALL(x) ((v16){0} + (x))
#define SELECT(mask, a, b) ((v16)(((mask) & (i16)(a)) | (~(mask) & (i16)(b))))
#define MAX(a, b) SELECT((a) > (b), a, b)
#define MIN(a, b) SELECT((a) < (b), a, b)
#define SUM(v)                                                                                          \
  ((((v)[0] + (v)[8]) + ((v)[4] + (v)[12])) + (((v)[2] + (v)[10]) + ((v)[6] + (v)[14])) +               \
   (((v)[1] + (v)[9]) + ((v)[5] + (v)[13])) + (((v)[3] + (v)[11]) + ((v)[7] + (v)[15])))

// Queries that share one pass over the keys: eight accumulators hide the latency of a multiply-add.
#define ATTENTION_ROWS 8

#define NAME(function) function##_portable
#define TARGET
#include "encoder_body.h"
#undef NAME
#undef TARGET

#if defined(__x86_64__)
#define NAME(function) function##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "encoder_body.h"
#undef NAME
#undef TARGET

#define NAME(function) function##_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma")))
#include "encoder_body.h"
#undef NAME
#undef TARGET

#define DISPATCH(isa, function, ...)                       \
  switch (isa) {                                           \
    case CA_ISA_AVX512: return function##_avx512(__VA_ARGS__); \
    case CA_ISA_AVX2: return function##_avx2(__VA_ARGS__);     \
    default: return function##_portable(__VA_ARGS__);          \
  }
#else
#define DISPATCH(isa, function, ...) \
  (void)isa;                         \
  function##_portable(__VA_ARGS__)
#endif

void ca_gelu(int isa, float *values, size_t count) { DISPATCH(isa, gelu, values, count); }

void ca_add_layer_norm(int isa, float *rows, const float *added, size_t count, size_t width, const float *gain,
                       const float *bias, float epsilon) {
  DISPATCH(isa, add_layer_norm, rows, added, count, width, gain, bias, epsilon);
}

static size_t padded(size_t length) { return (length + 15) / 16 * 16; }

size_t ca_attention_scratch(size_t length, size_t headWidth) { return padded(length) * (headWidth + ATTENTION_ROWS); }

void ca_attention(int isa, const float *qkv, size_t length, size_t heads, size_t headWidth, float *scratch,
                  float *out) {
  DISPATCH(isa, attention, qkv, length, padded(length), heads, headWidth, scratch, out);
}
