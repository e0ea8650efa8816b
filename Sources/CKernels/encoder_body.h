// No include guard: the body of one variant; encoder.c includes it once for every instruction set.

// exp(x) for x <= 0, relative error below 2e-7; exp(-87) for all that is less. Splits x into n ln 2 + r with
// |r| <= ln 2 / 2 (adding 1.5 * 2^23 rounds to an integer), takes a polynomial for e^r (coefficients: Cephes expf) and
// adds n to the exponent bits.
TARGET
static inline __attribute__((always_inline)) void NAME(exponential)(v16 *value) {
#pragma clang fp contract(fast)
  const v16 x = MAX(*value, ALL(-87.0f));
  const v16 shifted = x * 1.44269504088896341f + 12582912.0f;
  const v16 n = shifted - 12582912.0f;
  const v16 r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  v16 p = ALL(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  *value = (v16)((i16)p + ((i16)shifted << 23));
}

// erf as x P(x^2) / Q(x^2) on [-4, 4] (the coefficients that Eigen and XLA use); outside it is +-1 to the last bit.
TARGET
static void NAME(gelu)(float *values, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i += 16) {
    const v16 value = LOAD(values + i);
    v16 x = value * 0.70710678118654752f;
    x = MAX(MIN(x, ALL(4.0f)), ALL(-4.0f));
    const v16 square = x * x;
    v16 p = square * -2.72614225801306e-10f + 2.77068142495902e-08f;
    p = p * square + -2.10102402082508e-06f;
    p = p * square + -5.69250639462346e-05f;
    p = p * square + -7.34990630326855e-04f;
    p = p * square + -2.95459980854025e-03f;
    p = p * square + -1.60960333262415e-02f;
    v16 q = square * -1.45660718464996e-05f + -2.13374055278905e-04f;
    q = q * square + -1.68282697438203e-03f;
    q = q * square + -7.37332916720468e-03f;
    q = q * square + -1.42647390514189e-02f;
    const v16 half = value * 0.5f;
    STORE(values + i, half + half * (x * p / q));
  }
}

TARGET
static void NAME(add_layer_norm)(float *rows, const float *added, size_t count, size_t width, const float *gain,
                                 const float *bias, float epsilon) {
#pragma clang fp contract(fast)
  for (size_t row = 0; row < count; ++row, rows += width, added += width) {
    v16 sum = {0};
    for (size_t i = 0; i < width; i += 16) {
      const v16 x = LOAD(rows + i) + LOAD(added + i);
      STORE(rows + i, x);
      sum += x;
    }
    const float mean = SUM(sum) / (float)width;
    v16 squares = {0};
    for (size_t i = 0; i < width; i += 16) {
      const v16 x = LOAD(rows + i) - mean;
      squares += x * x;
    }
    const float scale = 1.0f / sqrtf(SUM(squares) / (float)width + epsilon);
    for (size_t i = 0; i < width; i += 16)
      STORE(rows + i, (LOAD(rows + i) - mean) * scale * LOAD(gain + i) + LOAD(bias + i));
  }
}

// c[r][0 ..< 16] = sum over k of a[r][k] * b[k][0 ..< 16] for `rows` rows; b's rows are `strideB` apart. `rows` is a
// constant where this is called, so that the sums stay in registers.
TARGET
static inline __attribute__((always_inline)) void NAME(strip)(const int rows, const float *a, size_t strideA,
                                                              const float *b, size_t strideB, size_t depth, float *c,
                                                              size_t strideC) {
#pragma clang fp contract(fast)
  v16 sums[ATTENTION_ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r) sums[r] = (v16){0};
  for (size_t k = 0; k < depth; ++k) {
    const v16 y = LOAD(b + k * strideB);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r) sums[r] += a[r * strideA + k] * y;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; ++r) STORE(c + r * strideC, sums[r]);
}

// Turns `length` scores into weights that sum to 1. Those behind `length`, up to a multiple of 16, become 1e-38 or less,
// which is lost in a sum that is at least 1.
TARGET
static inline __attribute__((always_inline)) void NAME(softmax)(float *scores, size_t length, size_t paddedLength) {
#pragma clang fp contract(fast)
  for (size_t i = length; i < paddedLength; ++i) scores[i] = -INFINITY;
  v16 highest = LOAD(scores);
  for (size_t i = 16; i < paddedLength; i += 16) highest = MAX(highest, LOAD(scores + i));
  float top = highest[0];
  for (int lane = 1; lane < 16; ++lane) top = highest[lane] > top ? highest[lane] : top;
  v16 sum = {0};
  for (size_t i = 0; i < paddedLength; i += 16) {
    v16 weight = LOAD(scores + i) - top;
    NAME(exponential)(&weight);
    STORE(scores + i, weight);
    sum += weight;
  }
  const float scale = 1.0f / SUM(sum);
  for (size_t i = 0; i < paddedLength; i += 16) STORE(scores + i, LOAD(scores + i) * scale);
}

// `rows` queries of one head: scores against all keys, softmax, weighted sum of the values.
TARGET
static inline __attribute__((always_inline)) void NAME(attend)(const int rows, const float *queries,
                                                               const float *values, size_t stride,
                                                               const float *keys, size_t length, size_t paddedLength,
                                                               size_t headWidth, float *scores, float *out,
                                                               size_t outStride) {
  for (size_t key = 0; key < paddedLength; key += 16)
    NAME(strip)(rows, queries, stride, keys + key, paddedLength, headWidth, scores + key, paddedLength);
  for (int r = 0; r < rows; ++r) NAME(softmax)(scores + r * paddedLength, length, paddedLength);
  for (size_t i = 0; i < headWidth; i += 16)
    NAME(strip)(rows, scores, paddedLength, values + i, stride, length, out + i, outStride);
}

TARGET
static void NAME(attention)(const float *qkv, size_t length, size_t paddedLength, size_t heads, size_t headWidth,
                            float *scratch, float *out) {
  const size_t width = heads * headWidth, stride = 3 * width;
  const float scale = 1.0f / sqrtf((float)headWidth);
  float *keys = scratch, *scores = scratch + headWidth * paddedLength;
  for (size_t head = 0; head < heads; ++head) {
    const float *q = qkv + head * headWidth, *k = q + width, *v = k + width;
    float *o = out + head * headWidth;
    // Keys as columns, scaled once here instead of every score.
    for (size_t i = 0; i < headWidth; ++i)
      for (size_t token = 0; token < paddedLength; ++token)
        keys[i * paddedLength + token] = token < length ? k[token * stride + i] * scale : 0.0f;
    size_t row = 0;
#define ATTEND(rows)                                                                                                   \
  for (; row + rows <= length; row += rows)                                                                            \
  NAME(attend)(rows, q + row * stride, v, stride, keys, length, paddedLength, headWidth, scores, o + row * width, width)
    ATTEND(8);
    ATTEND(4);
    ATTEND(2);
    ATTEND(1);
#undef ATTEND
  }
}
