#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { ROWS = 4, COLUMNS = 64, LANES = 16 };

// Survivors of one row against 64 columns.
static inline size_t emit(uint64_t mask, uint32_t row, uint32_t firstColumn, uint32_t *out) {
  size_t count = 0;
  while (mask) {
    out[count++] = row << 16 | (firstColumn + (uint32_t)__builtin_ctzll(mask));
    mask &= mask - 1;
  }
  return count;
}

// 16-bit rows and columns: pairs of coordinates, 16 columns to a vector. Clang turns the inner sum into the CPU's
// multiply-add of 16-bit pairs.
#define WIDE_NAME filter_wide_portable
#define WIDE_TARGET
#include "filter_wide.h"
#undef WIDE_NAME
#undef WIDE_TARGET

#if defined(__x86_64__)
__attribute__((target("avx2")))
static size_t filter_wide_avx2(const ca_filter *f, const int16_t *rows, const int32_t *limits, size_t rowCount,
                               const int16_t *columns, const int32_t *biases, size_t columnBlocks, uint32_t *out) {
  const size_t steps = f->width / 2;
  size_t count = 0;
  for (size_t block = 0; block < columnBlocks; ++block) {
    const int16_t *packed = columns + block * COLUMNS * f->width;
    for (size_t row = 0; row < rowCount; row += ROWS) {
      const int32_t *a[ROWS];
      for (size_t r = 0; r < ROWS; ++r) a[r] = (const int32_t *)(const void *)(rows + (row + r) * f->width);
      uint64_t masks[ROWS] = {0};
      // Four rows against sixteen columns: eight sums fit the registers.
      for (size_t part = 0; part < COLUMNS / LANES; ++part) {
        const __m256i *b = (const __m256i *)(const void *)(packed + part * LANES * f->width);
        const __m256i *bias = (const __m256i *)(const void *)(biases + block * COLUMNS + part * LANES);
        __m256i low[ROWS], high[ROWS];
        for (size_t r = 0; r < ROWS; ++r) {
          low[r] = _mm256_loadu_si256(bias);
          high[r] = _mm256_loadu_si256(bias + 1);
        }
        for (size_t k = 0; k < steps; ++k) {
          const __m256i b0 = _mm256_loadu_si256(b + 2 * k), b1 = _mm256_loadu_si256(b + 2 * k + 1);
#pragma clang loop unroll(full)
          for (size_t r = 0; r < ROWS; ++r) {
            const __m256i x = _mm256_set1_epi32(a[r][k]);
            low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(x, b0));
            high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(x, b1));
          }
        }
        for (size_t r = 0; r < ROWS; ++r) {
          const __m256i limit = _mm256_set1_epi32(limits[row + r]);
          const uint32_t l = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(low[r], limit)));
          const uint32_t h = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(high[r], limit)));
          masks[r] |= (uint64_t)(l | h << 8) << (part * LANES);
        }
      }
      for (size_t r = 0; r < ROWS; ++r)
        if (masks[r]) count += emit(masks[r], (uint32_t)(row + r), (uint32_t)(block * COLUMNS), out + count);
    }
  }
  return count;
}

// Four rows against 64 columns: sixteen sums, each step multiplies four coordinates of sixteen columns.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
static size_t filter_narrow_vnni(const ca_filter *f, const int8_t *rows, const int32_t *limits, size_t rowCount,
                                 const uint8_t *columns, const int32_t *biases, size_t columnBlocks, uint32_t *out) {
  const size_t steps = f->width / 4, coarse = f->coarse / 4;
  const __m128i shift = _mm_cvtsi32_si128((int)f->shift);
  size_t count = 0;
  for (size_t block = 0; block < columnBlocks; ++block) {
    const uint8_t *packed = columns + block * COLUMNS * f->width;
    const int32_t *bias = biases + block * COLUMNS;
    for (size_t row = 0; row < rowCount; row += ROWS) {
      const int32_t *a0 = (const int32_t *)(const void *)(rows + row * f->width);
      const int32_t *a1 = a0 + steps, *a2 = a1 + steps, *a3 = a2 + steps;
      __m512i s00 = _mm512_setzero_si512(), s01 = s00, s02 = s00, s03 = s00;
      __m512i s10 = s00, s11 = s00, s12 = s00, s13 = s00, s20 = s00, s21 = s00, s22 = s00, s23 = s00;
      __m512i s30 = s00, s31 = s00, s32 = s00, s33 = s00;
#define STEP(k)                                                                                         \
  {                                                                                                     \
    const uint8_t *b = packed + (k) * COLUMNS * 4;                                                      \
    const __m512i b0 = _mm512_loadu_si512(b), b1 = _mm512_loadu_si512(b + 64);                          \
    const __m512i b2 = _mm512_loadu_si512(b + 128), b3 = _mm512_loadu_si512(b + 192);                   \
    __m512i x = _mm512_set1_epi32(a0[k]);                                                               \
    s00 = _mm512_dpbusd_epi32(s00, b0, x), s01 = _mm512_dpbusd_epi32(s01, b1, x);                       \
    s02 = _mm512_dpbusd_epi32(s02, b2, x), s03 = _mm512_dpbusd_epi32(s03, b3, x);                       \
    x = _mm512_set1_epi32(a1[k]);                                                                       \
    s10 = _mm512_dpbusd_epi32(s10, b0, x), s11 = _mm512_dpbusd_epi32(s11, b1, x);                       \
    s12 = _mm512_dpbusd_epi32(s12, b2, x), s13 = _mm512_dpbusd_epi32(s13, b3, x);                       \
    x = _mm512_set1_epi32(a2[k]);                                                                       \
    s20 = _mm512_dpbusd_epi32(s20, b0, x), s21 = _mm512_dpbusd_epi32(s21, b1, x);                       \
    s22 = _mm512_dpbusd_epi32(s22, b2, x), s23 = _mm512_dpbusd_epi32(s23, b3, x);                       \
    x = _mm512_set1_epi32(a3[k]);                                                                       \
    s30 = _mm512_dpbusd_epi32(s30, b0, x), s31 = _mm512_dpbusd_epi32(s31, b1, x);                       \
    s32 = _mm512_dpbusd_epi32(s32, b2, x), s33 = _mm512_dpbusd_epi32(s33, b3, x);                       \
  }
      size_t k = 0;
      for (; k < coarse; ++k) STEP(k)
      {
        const __m512i c0 = _mm512_loadu_si512(bias), c1 = _mm512_loadu_si512(bias + 16);
        const __m512i c2 = _mm512_loadu_si512(bias + 32), c3 = _mm512_loadu_si512(bias + 48);
#define SCALE(s, c) s = _mm512_add_epi32(_mm512_sll_epi32(s, shift), c)
        SCALE(s00, c0), SCALE(s01, c1), SCALE(s02, c2), SCALE(s03, c3);
        SCALE(s10, c0), SCALE(s11, c1), SCALE(s12, c2), SCALE(s13, c3);
        SCALE(s20, c0), SCALE(s21, c1), SCALE(s22, c2), SCALE(s23, c3);
        SCALE(s30, c0), SCALE(s31, c1), SCALE(s32, c2), SCALE(s33, c3);
      }
      for (; k < steps; ++k) STEP(k)
#define CHECK(r, x0, x1, x2, x3)                                                                        \
  {                                                                                                     \
    const __m512i limit = _mm512_set1_epi32(limits[row + r]);                                           \
    const uint64_t mask = (uint64_t)_mm512_cmpgt_epi32_mask(x0, limit) |                                \
                          (uint64_t)_mm512_cmpgt_epi32_mask(x1, limit) << 16 |                          \
                          (uint64_t)_mm512_cmpgt_epi32_mask(x2, limit) << 32 |                          \
                          (uint64_t)_mm512_cmpgt_epi32_mask(x3, limit) << 48;                           \
    if (mask) count += emit(mask, (uint32_t)(row + r), (uint32_t)(block * COLUMNS), out + count);       \
  }
      CHECK(0, s00, s01, s02, s03)
      CHECK(1, s10, s11, s12, s13)
      CHECK(2, s20, s21, s22, s23)
      CHECK(3, s30, s31, s32, s33)
    }
  }
  return count;
}
#endif

size_t ca_filter_tile(const ca_filter *f, const void *rows, const int32_t *limits, size_t rowCount, const void *columns,
                      const int32_t *biases, size_t columnBlocks, uint32_t *out) {
  switch (f->isa) {
#if defined(__x86_64__)
    case CA_ISA_AVX512: return filter_narrow_vnni(f, rows, limits, rowCount, columns, biases, columnBlocks, out);
    case CA_ISA_AVX2: return filter_wide_avx2(f, rows, limits, rowCount, columns, biases, columnBlocks, out);
#endif
    default: return filter_wide_portable(f, rows, limits, rowCount, columns, biases, columnBlocks, out);
  }
}

void ca_dots(const float *matrix, size_t dimensions, const uint32_t *rowIndices, const uint32_t *columnIndices,
             const uint32_t *positions, size_t count, float *cosines) {
  for (size_t i = 0; i < count; ++i)
    cosines[i] = ca_dot(matrix + (size_t)rowIndices[positions[i] >> 16] * dimensions,
                        matrix + (size_t)columnIndices[positions[i] & 0xFFFF] * dimensions, dimensions);
}
