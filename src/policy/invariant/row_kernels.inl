// Included by row_kernels_<set>.cpp inside its namespace. Sums over the inner axis: a vector of 16 partial sums, then
// lanes.h's tree. Loops over independent elements may use any vector width: their bits do not depend on it.

// Register tiles of ROWS x COLUMNS dot products over contiguous rows of x and of the weight: no packing, no copy of
// the weights. Every dot product is the same sequence of operations whatever tile it falls into.
template <int ROWS, int COLUMNS>
VEGTTT_INLINE void dot_tile(const LinearProblem& p, std::int64_t row, std::int64_t column) {
  Lanes sums[ROWS][COLUMNS] = {};
  const float* x = p.x + row * p.in;
  const float* w = p.weight + column * p.in;
  const std::int64_t whole = p.in / kLanes * kLanes;
  for (std::int64_t k = 0; k < whole; k += kLanes) {
    Lanes b[COLUMNS];
#pragma GCC unroll 8
    for (int c = 0; c < COLUMNS; ++c) b[c] = load(w + c * p.in + k);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; ++r) {
      const Lanes a = load(x + r * p.in + k);
#pragma GCC unroll 8
      for (int c = 0; c < COLUMNS; ++c) sums[r][c] = fma(a, b[c], sums[r][c]);
    }
  }
  for (int r = 0; whole < p.in && r < ROWS; ++r) {
    const Lanes a = load_some(x + r * p.in + whole, p.in - whole);
    for (int c = 0; c < COLUMNS; ++c) sums[r][c] = fma(a, load_some(w + c * p.in + whole, p.in - whole), sums[r][c]);
  }
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < COLUMNS; ++c) p.out[(row + r) * p.columns + column + c] = sum(sums[r][c]);
  }
}

template <int ROWS, int COLUMNS>
VEGTTT_INLINE void dot_columns(const LinearProblem& p, std::int64_t row_begin, std::int64_t row_end, std::int64_t column) {
  std::int64_t row = row_begin;
  for (; row + ROWS <= row_end; row += ROWS) dot_tile<ROWS, COLUMNS>(p, row, column);
  for (; row < row_end; ++row) dot_tile<1, COLUMNS>(p, row, column);
}

// Rows in blocks that stay in the second-level cache while the weight streams past.
constexpr std::int64_t kRowBlock = 96;

template <int ROWS, int COLUMNS>
VEGTTT_INLINE void wide_linear(const LinearProblem& p, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = 0; row < p.rows; row += kRowBlock) {
    const std::int64_t row_end = row + kRowBlock < p.rows ? row + kRowBlock : p.rows;
    std::int64_t column = begin;
    for (; column + COLUMNS <= end; column += COLUMNS) dot_columns<ROWS, COLUMNS>(p, row, row_end, column);
    for (; column < end; ++column) dot_columns<ROWS, 1>(p, row, row_end, column);
  }
}

// A short inner axis (LoRA's rank): the sums across lanes would cost more than the products. So lanes are 16 columns,
// whose weights are transposed once for all rows, and a sum runs over k in order.
constexpr std::int64_t kNarrow = 64;

VEGTTT_INLINE void narrow_linear(const LinearProblem& p, std::int64_t begin, std::int64_t end) {
  float turned[kNarrow * kLanes];
  for (std::int64_t column = begin; column < end; column += kLanes) {
    const std::int64_t columns = end - column < kLanes ? end - column : kLanes;
    for (std::int64_t k = 0; k < p.in; ++k) {
      for (std::int64_t c = 0; c < kLanes; ++c) turned[k * kLanes + c] = c < columns ? p.weight[(column + c) * p.in + k] : 0;
    }
    for (std::int64_t row = 0; row < p.rows; ++row) {
      Lanes total{};
      for (std::int64_t k = 0; k < p.in; ++k) total = fma(all(p.x[row * p.in + k]), load(turned + k * kLanes), total);
      store_some(p.out + row * p.columns + column, total, columns);
    }
  }
}

static void linear_columns(const LinearProblem& p, std::int64_t begin, std::int64_t end) {
  if (p.in <= kNarrow) return narrow_linear(p, begin, end);
#if defined(__AVX512F__)
  wide_linear<6, 4>(p, begin, end);  // 24 sums and 5 operands of 32 registers
#elif defined(__FMA__)
  wide_linear<3, 2>(p, begin, end);  // pairs: 12 sums and 4 operands of 16 registers
#else
  wide_linear<1, 1>(p, begin, end);
#endif
}

static void rms_norm_rows(const float* x, const float* weight, float* out, std::int64_t rows, std::int64_t width, float eps) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, out += width) {
    Lanes squares{};
    std::int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) squares = fma(load(x + i), load(x + i), squares);
    if (i < width) squares = fma(load_some(x + i, width - i), load_some(x + i, width - i), squares);
    const float scale = 1.0f / __builtin_sqrtf(sum(squares) / static_cast<float>(width) + eps);
    for (std::int64_t j = 0; j < width; ++j) out[j] = x[j] * scale * weight[j];
  }
}

static void rope_rows(const float* x, const float* cos, const float* sin, float* out, std::int64_t rows, std::int64_t heads,
                      std::int64_t head_dim) {
  const std::int64_t half = head_dim / 2;
  for (std::int64_t row = 0; row < rows; ++row, cos += head_dim, sin += head_dim) {
    for (std::int64_t head = 0; head < heads; ++head, x += head_dim, out += head_dim) {
      for (std::int64_t i = 0; i < half; ++i) {
        const float a = x[i], b = x[i + half];
        out[i] = __builtin_fmaf(a, cos[i], b * sin[i]);
        out[i + half] = __builtin_fmaf(b, cos[i + half], a * sin[i + half]);
      }
    }
  }
}

VEGTTT_INLINE Lanes swiglu_lanes(Lanes gate, Lanes up) {
  const IntLanes low = gate < -88.0f;
  return gate / (1.0f + exp(low ? all(88.0f) : -gate)) * up;
}

static void swiglu_range(const float* gate, const float* up, float* out, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(out + i, swiglu_lanes(load(gate + i), load(up + i)));
  if (i < count) store_some(out + i, swiglu_lanes(load_some(gate + i, count - i), load_some(up + i, count - i)), count - i);
}

static void clamped_swiglu_range(const float* pairs, float* out, std::int64_t count, float limit, float alpha) {
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const std::int64_t size = count - i < kLanes ? count - i : kLanes;
    Lanes gate{}, up{};
    for (std::int64_t j = 0; j < size; ++j) {
      const float g = pairs[2 * (i + j)], u = pairs[2 * (i + j) + 1];
      gate[j] = g < limit ? g : limit;
      up[j] = u < -limit ? -limit : u < limit ? u : limit;
    }
    store_some(out + i, swiglu_lanes(gate * alpha, up + 1.0f) / alpha, size);
  }
}

static void add_scaled_range(const float* x, float scale, float* out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = __builtin_fmaf(scale, x[i], out[i]);
}

static float exponentials_of(const float* logits, float scale, float* weights, std::int64_t count) {
  float largest = logits[0];
  bool numbers = true;
  for (std::int64_t i = 0; i < count; ++i) {
    largest = logits[i] > largest ? logits[i] : largest;
    numbers = numbers && logits[i] == logits[i];
  }
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(weights + i, exp((load(logits + i) - largest) * scale));
  if (i < count) store_some(weights + i, exp((load_some(logits + i, count - i) - largest) * scale), count - i);
  return numbers ? largest : __builtin_nanf("");
}

// Scores of GROUP heads for one block of 16 keys, which are stored transposed, so that no sum runs across lanes.
template <int GROUP>
VEGTTT_INLINE void scores_of_block(const float* q, const float* block, float* scores, std::int64_t stride, std::int64_t head_dim, float scale) {
  Lanes sums[GROUP] = {};
  for (std::int64_t d = 0; d < head_dim; ++d) {
    const Lanes keys = load(block + d * kKeyBlock);
#pragma GCC unroll 4
    for (int g = 0; g < GROUP; ++g) sums[g] = fma(keys, all(q[g * head_dim + d]), sums[g]);
  }
#pragma GCC unroll 4
  for (int g = 0; g < GROUP; ++g) store(scores + g * stride, sums[g] * scale);
}

// Scores past the span's length and of hidden keys become -infinity.
template <int GROUP>
VEGTTT_INLINE void scores_of_span(const float* q, const KeySpan& span, float* scores, std::int64_t stride, std::int64_t head_dim, float scale) {
  for (std::int64_t t = 0; t < span.length; t += kKeyBlock) {
    scores_of_block<GROUP>(q, span.keys + t * head_dim, scores + t, stride, head_dim, scale);
  }
  for (int g = 0; g < GROUP; ++g) {
    for (std::int64_t t = span.length; t < padded_keys(span.length); ++t) scores[g * stride + t] = -__builtin_inff();
    for (std::int64_t t = 0; t < span.hidden; ++t) scores[g * stride + t] = -__builtin_inff();
  }
}

// In place: scores to weights that sum to one, with the sink's.
VEGTTT_INLINE void softmax(float* scores, std::int64_t padded, const float* sink) {
  float highest = sink ? *sink : scores[0];
  for (std::int64_t i = 0; i < padded; ++i) highest = scores[i] > highest ? scores[i] : highest;
  Lanes total{};
  for (std::int64_t i = 0; i < padded; i += kLanes) {
    const Lanes weight = exp(load(scores + i) - highest);
    store(scores + i, weight);
    total += weight;
  }
  const float sunk = sink ? exp(all(*sink - highest))[0] : 0.0f;
  const float scale = 1.0f / (sum(total) + sunk);
  for (std::int64_t i = 0; i < padded; ++i) scores[i] *= scale;
}

// out += weights * values for WIDTH registers of GROUP heads' outputs, in the order of time.
template <int GROUP, int WIDTH>
VEGTTT_INLINE void mix(const float* weights, std::int64_t stride, const float* values, float* out, std::int64_t length, std::int64_t head_dim) {
  Lanes sums[GROUP][WIDTH];
  for (int g = 0; g < GROUP; ++g) {
    for (int w = 0; w < WIDTH; ++w) sums[g][w] = load(out + g * head_dim + w * kLanes);
  }
  for (std::int64_t t = 0; t < length; ++t) {
#pragma GCC unroll 4
    for (int w = 0; w < WIDTH; ++w) {
      const Lanes v = load(values + t * head_dim + w * kLanes);
#pragma GCC unroll 4
      for (int g = 0; g < GROUP; ++g) sums[g][w] = fma(v, all(weights[g * stride + t]), sums[g][w]);
    }
  }
  for (int g = 0; g < GROUP; ++g) {
    for (int w = 0; w < WIDTH; ++w) store(out + g * head_dim + w * kLanes, sums[g][w]);
  }
}

template <int GROUP>
VEGTTT_INLINE void mix_span(const float* weights, std::int64_t stride, const KeySpan& span, float* out, std::int64_t head_dim) {
  std::int64_t d = 0;
  for (; d + 4 * kLanes <= head_dim; d += 4 * kLanes) mix<GROUP, 4>(weights, stride, span.values + d, out + d, span.length, head_dim);
  for (; d + kLanes <= head_dim; d += kLanes) mix<GROUP, 1>(weights, stride, span.values + d, out + d, span.length, head_dim);
  for (; d < head_dim; ++d) {
    for (int g = 0; g < GROUP; ++g) {
      float total = out[g * head_dim + d];
      for (std::int64_t t = 0; t < span.length; ++t) total = __builtin_fmaf(span.values[t * head_dim + d], weights[g * stride + t], total);
      out[g * head_dim + d] = total;
    }
  }
}

template <int GROUP>
VEGTTT_INLINE void attend_group(const float* q, const KeySpan& first, const KeySpan& second, float* out, float* scratch,
                                std::int64_t head_dim, float scale, const float* sinks) {
  const std::int64_t head = padded_keys(first.length), padded = head + padded_keys(second.length);
  scores_of_span<GROUP>(q, first, scratch, padded, head_dim, scale);
  scores_of_span<GROUP>(q, second, scratch + head, padded, head_dim, scale);
  for (int g = 0; g < GROUP; ++g) softmax(scratch + g * padded, padded, sinks ? sinks + g : nullptr);
  for (std::int64_t i = 0; i < GROUP * head_dim; ++i) out[i] = 0;
  mix_span<GROUP>(scratch, padded, first, out, head_dim);
  mix_span<GROUP>(scratch + head, padded, second, out, head_dim);
}

static void attend_heads(const float* q, const KeySpan& first, const KeySpan& second, float* out, float* scratch,
                         std::int64_t group, std::int64_t head_dim, float scale, const float* sinks) {
  const auto from = [&](std::int64_t g) { return sinks ? sinks + g : nullptr; };
  std::int64_t g = 0;
  for (; g + 3 <= group; g += 3) attend_group<3>(q + g * head_dim, first, second, out + g * head_dim, scratch, head_dim, scale, from(g));
  for (; g < group; ++g) attend_group<1>(q + g * head_dim, first, second, out + g * head_dim, scratch, head_dim, scale, from(g));
}

const RowKernels kernels = {linear_columns, rms_norm_rows, rope_rows, swiglu_range, clamped_swiglu_range, add_scaled_range, exponentials_of, attend_heads};
