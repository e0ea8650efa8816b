// Dot products of rows, and the elementwise half of a transformer, in the widest instructions the CPU has (chosen
// at run time).
//
// The results of `ca_dot_tile` and `ca_filter_tile` are filters: their rounding depends on the CPU. Callers re-check what
// passes with `ca_dot`, whose order of additions is fixed, so that a report does not depend on the machine.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { CA_ISA_PORTABLE = 0, CA_ISA_AVX2 = 1, CA_ISA_AVX512 = 2 };

// What the CPU has, at most what `ca_limit_isa` allows. AVX512 stands for F, BW, DQ, VL and VNNI together.
int ca_isa(void);
// For measurements and tests: nothing above `isa` is used from now on.
void ca_limit_isa(int isa);

// a . b of `dimensions` floats (a multiple of 16): the same bits on every CPU.
float ca_dot(const float *a, const float *b, size_t dimensions);

// out[i * countB + j] = a[i] . b[j] for rows of `dimensions` floats (a multiple of 16), stored one after the other.
void ca_dot_tile(const float *a, size_t countA, const float *b, size_t countB, size_t dimensions, float *out);

// How rows and columns of a filter are stored. The integer product of row r and column c is
//   (sum over the first `coarse` coordinates << shift) + bias[c] + (sum over the others).
typedef struct {
  int isa;
  // Coordinates of a row or column, a multiple of 4; the first `coarse`, likewise, count 2^shift fold.
  size_t width, coarse;
  unsigned shift;
} ca_filter;

// Finds the positions of a tile whose integer product is above the row's limit.
//
// AVX512: rows are int8, columns uint8, four coordinates of a column next to each other. Otherwise both are int16, two
// next to each other, `coarse` is 0. Columns come in blocks of 64 (AVX512: coordinate groups of all 64 one after the
// other; otherwise in four parts of 16 columns). `rowCount` is a multiple of 4.
//
// out receives row << 16 | column and has room for rowCount * 64 * columnBlocks. Returns how many there are, ordered by
// block, row, column.
size_t ca_filter_tile(const ca_filter *filter, const void *rows, const int32_t *limits, size_t rowCount,
                      const void *columns, const int32_t *biases, size_t columnBlocks, uint32_t *out);

// cosines[i] = ca_dot of the rows of `matrix` that position i (row << 16 | column) stands for.
void ca_dots(const float *matrix, size_t dimensions, const uint32_t *rowIndices, const uint32_t *columnIndices,
             const uint32_t *positions, size_t count, float *cosines);

// The elementwise half of a transformer encoder, on row-major float matrices. Each function exists once for every
// instruction set; the argument chooses one, so that tests can compare them. Results of two sets differ by rounding.

// values[i] = gelu(values[i]) = x (1 + erf(x / sqrt 2)) / 2, the exact form. `count` is a multiple of 16; the error is
// below 1e-6 max(1, |x|).
void ca_gelu(int isa, float *values, size_t count);

// rows = layerNorm(rows + added) * gain + bias, row by row, with the biased variance. `width` is a multiple of 16.
void ca_add_layer_norm(int isa, float *rows, const float *added, size_t count, size_t width, const float *gain,
                       const float *bias, float epsilon);

// Floats of scratch that ca_attention needs for a sequence of `length` tokens.
size_t ca_attention_scratch(size_t length, size_t headWidth);

// out = softmax(Q K^T / sqrt headWidth) V for every head of one sequence.
//
// `qkv` has `length` rows of 3 * heads * headWidth floats: all heads of Q, then of K, then of V. `out` has `length` rows
// of heads * headWidth. `headWidth` is a multiple of 16. A row's result does not depend on what else is in the matrix.
void ca_attention(int isa, const float *qkv, size_t length, size_t heads, size_t headWidth, float *scratch,
                  float *out);

#endif
