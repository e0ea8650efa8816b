// Products of float matrices with fixed weights: oneDNN behind a few C functions. The caller's thread does all the work.
#ifndef CMATRIX_H
#define CMATRIX_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ca_product ca_product;

// What numbers are rounded to before they are multiplied; sums and results are float32 in either case. bfloat16 keeps
// 8 bits of a number, and takes half the time on a CPU that has instructions for it.
typedef enum { CA_FLOAT32 = 0, CA_BFLOAT16 } ca_precision;

// Whether this CPU has them.
int ca_has_bfloat16(void);

// y = x W^T + bias for `rows` rows of `inputs` floats, with W as `outputs` rows of `inputs` and `bias` of `outputs`.
//
// Weights and bias are copied, in the order that the kernel for this CPU reads. The number of rows is part of the kernel:
// with it fixed, and a multiple of 64, a row of y depends on nothing but the same row of x. (Without AVX-512 the rows that
// are left over behind the kernel's tiles are summed in another order.) NULL when oneDNN refuses or memory is short.
ca_product *ca_product_new(const float *weights, const float *bias, size_t rows, size_t outputs, size_t inputs,
                           ca_precision precision);
void ca_product_free(ca_product *product);

// Bytes of scratch that a run needs, aligned to 64; threads share a product, not its scratch.
size_t ca_product_scratch(const ca_product *product);

// Returns 0, or another number when oneDNN failed.
int ca_product_run(const ca_product *product, const float *x, float *y, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
