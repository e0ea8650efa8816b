// Dot products of float rows, in the widest instructions the CPU has (chosen at run time).
//
// The result of a tile is a filter: its rounding depends on the CPU. Callers re-check what passes with fixed-order
// arithmetic, so that a report does not depend on the machine.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

// out[i * countB + j] = a[i] . b[j] for rows of `dimensions` floats (a multiple of 16), stored one after the other.
void ca_dot_tile(const float *a, size_t countA, const float *b, size_t countB, size_t dimensions, float *out);

#endif
