// No include guard: the bodies of one variant; dot.c includes them once for every instruction set.

// Products and sums are rounded apart and lane by lane, so that every variant gives the same bits.
TARGET
static float VARIANT(dot)(const float *a, const float *b, size_t dimensions) {
#pragma clang fp contract(off)
  v16 even = {0}, odd = {0};
  size_t k = 0;
  for (; k + 32 <= dimensions; k += 32) {
    even += LOAD(a + k) * LOAD(b + k);
    odd += LOAD(a + k + 16) * LOAD(b + k + 16);
  }
  if (k < dimensions) even += LOAD(a + k) * LOAD(b + k);
  const v16 sum = even + odd;
  return SUM(sum);
}

TARGET
static void VARIANT(tile)(const float *a, size_t countA, const float *b, size_t countB, size_t dimensions, float *out) {
#pragma clang fp contract(fast)
  size_t i = 0;
  for (; i + 2 <= countA; i += 2) {
    const float *a0 = a + i * dimensions, *a1 = a0 + dimensions;
    size_t j = 0;
    for (; j + 4 <= countB; j += 4) {
      const float *b0 = b + j * dimensions, *b1 = b0 + dimensions, *b2 = b1 + dimensions, *b3 = b2 + dimensions;
      v16 s00 = {0}, s01 = {0}, s02 = {0}, s03 = {0}, s10 = {0}, s11 = {0}, s12 = {0}, s13 = {0};
      for (size_t k = 0; k < dimensions; k += 16) {
        const v16 x0 = LOAD(a0 + k), x1 = LOAD(a1 + k);
        const v16 y0 = LOAD(b0 + k), y1 = LOAD(b1 + k), y2 = LOAD(b2 + k), y3 = LOAD(b3 + k);
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      float *o0 = out + i * countB + j, *o1 = o0 + countB;
      o0[0] = SUM(s00);
      o0[1] = SUM(s01);
      o0[2] = SUM(s02);
      o0[3] = SUM(s03);
      o1[0] = SUM(s10);
      o1[1] = SUM(s11);
      o1[2] = SUM(s12);
      o1[3] = SUM(s13);
    }
    for (; j < countB; ++j) {
      v16 s0 = {0}, s1 = {0};
      for (size_t k = 0; k < dimensions; k += 16) {
        const v16 y = LOAD(b + j * dimensions + k);
        s0 += LOAD(a0 + k) * y;
        s1 += LOAD(a1 + k) * y;
      }
      out[i * countB + j] = SUM(s0);
      out[(i + 1) * countB + j] = SUM(s1);
    }
  }
  for (; i < countA; ++i)
    for (size_t j = 0; j < countB; ++j) {
      v16 s = {0};
      for (size_t k = 0; k < dimensions; k += 16) s += LOAD(a + i * dimensions + k) * LOAD(b + j * dimensions + k);
      out[i * countB + j] = SUM(s);
    }
}
