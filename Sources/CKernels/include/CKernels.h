// Dot products of float rows, and the elementwise half of a transformer, in the widest instructions the CPU has (chosen
// at run time).
//
// The result of a tile is a filter: its rounding depends on the CPU. Callers re-check what passes with fixed-order
// arithmetic, so that a report does not depend on the machine.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

// out[i * countB + j] = a[i] . b[j] for rows of `dimensions` floats (a multiple of 16), stored one after the other.
void ca_dot_tile(const float *a, size_t countA, const float *b, size_t countB, size_t dimensions, float *out);

// The elementwise half of a transformer encoder, on row-major float matrices. Each function exists once for every
// instruction set; the argument chooses one, so that tests can compare them. Results of two sets differ by rounding.
typedef enum { CA_PORTABLE = 0, CA_AVX2, CA_AVX512 } ca_cpu;

// The widest set that this CPU has.
ca_cpu ca_best_cpu(void);

// values[i] = gelu(values[i]) = x (1 + erf(x / sqrt 2)) / 2, the exact form. `count` is a multiple of 16; the error is
// below 1e-6 max(1, |x|).
void ca_gelu(ca_cpu cpu, float *values, size_t count);

// rows = layerNorm(rows + added) * gain + bias, row by row, with the biased variance. `width` is a multiple of 16.
void ca_add_layer_norm(ca_cpu cpu, float *rows, const float *added, size_t count, size_t width, const float *gain,
                       const float *bias, float epsilon);

// Floats of scratch that ca_attention needs for a sequence of `length` tokens.
size_t ca_attention_scratch(size_t length, size_t headWidth);

// out = softmax(Q K^T / sqrt headWidth) V for every head of one sequence.
//
// `qkv` has `length` rows of 3 * heads * headWidth floats: all heads of Q, then of K, then of V. `out` has `length` rows
// of heads * headWidth. `headWidth` is a multiple of 16. A row's result does not depend on what else is in the matrix.
void ca_attention(ca_cpu cpu, const float *qkv, size_t length, size_t heads, size_t headWidth, float *scratch,
                  float *out);

#endif
