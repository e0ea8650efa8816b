// No include guard: the body of one variant of the 16-bit filter.
WIDE_TARGET
static size_t WIDE_NAME(const ca_filter *f, const int16_t *rows, const int32_t *limits, size_t rowCount,
                        const int16_t *columns, const int32_t *biases, size_t columnBlocks, uint32_t *out) {
  size_t count = 0;
  for (size_t block = 0; block < columnBlocks; ++block)
    for (size_t row = 0; row < rowCount; ++row) {
      const int16_t *a = rows + row * f->width;
      uint64_t mask = 0;
      for (size_t part = 0; part < COLUMNS / LANES; ++part) {
        const int16_t *b = columns + (block * COLUMNS + part * LANES) * f->width;
        int32_t sums[LANES];
        for (size_t lane = 0; lane < LANES; ++lane) sums[lane] = biases[block * COLUMNS + part * LANES + lane];
        for (size_t k = 0; k < f->width; k += 2)
          for (size_t lane = 0; lane < LANES; ++lane)
            sums[lane] += a[k] * b[k * LANES + 2 * lane] + a[k + 1] * b[k * LANES + 2 * lane + 1];
        for (size_t lane = 0; lane < LANES; ++lane)
          mask |= (uint64_t)(sums[lane] > limits[row]) << (part * LANES + lane);
      }
      if (mask) count += emit(mask, (uint32_t)row, (uint32_t)(block * COLUMNS), out + count);
    }
  return count;
}
