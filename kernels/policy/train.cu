// What lies between the matrix products when an adapter is trained on a GPU: each pass over the tokens reads and writes
// once what several operations would. Behind prelude.cu; compiled at run time (src/policy/training/kernels.cpp) with
//   HEAD_DIM  a multiple of 64; 0 when the heads' kernels are not needed
// bf16 tensors, row-major, widths multiples of 8; arithmetic in float32, rounded where the same operation of ATen in bf16
// rounds. Reference: src/policy/training/elementwise.cpp, which the CPU runs.
#ifndef ON_CPU
typedef long long i64;
#endif

__device__ __forceinline__ float sum_of_block(float v) {
  __shared__ float parts[32];
  v = sum_of_warp(v);
  __syncthreads();
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = v;
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < blockDim.x / 32; ++i) sum += parts[i];
  return sum;
}

// --- RMSNorm ---

// y = x / rms(x) * weight, cast before the weight unless `whole`. A block a row.
extern "C" __global__ void __launch_bounds__(256)
    rms_norm(const bf16* x, const bf16* weight, float eps, int whole, bf16* y, int hidden) {
  const bf16* row = x + u64(blockIdx.x) * hidden;
  float square = 0;
  for (int i = 8 * threadIdx.x; i < hidden; i += 8 * blockDim.x) {
    const Eight v = load_8(row + i);
    for (int k = 0; k < 8; ++k) square += v.v[k] * v.v[k];
  }
  const float inverse = rsqrtf(sum_of_block(square) / hidden + eps);
  for (int i = 8 * threadIdx.x; i < hidden; i += 8 * blockDim.x) {
    Eight v = load_8(row + i);
    const Eight w = load_8(weight + i);
    for (int k = 0; k < 8; ++k) v.v[k] = (whole ? v.v[k] * inverse : rounded(v.v[k] * inverse)) * w.v[k];
    store_8(y + u64(blockIdx.x) * hidden + i, v);
  }
}

// The norm's output again, and from its gradient `of_y` that of x, added to `residual` unless that is nullptr. of_x may be
// residual. A block a row.
extern "C" __global__ void __launch_bounds__(256)
    rms_norm_backward(const bf16* x, const bf16* weight, const bf16* of_y, const bf16* residual, float eps, int whole, bf16* y,
                  bf16* of_x, int hidden) {
  const u64 at = u64(blockIdx.x) * hidden;
  float square = 0, dot = 0;
  for (int i = 8 * threadIdx.x; i < hidden; i += 8 * blockDim.x) {
    const Eight v = load_8(x + at + i), w = load_8(weight + i), g = load_8(of_y + at + i);
    for (int k = 0; k < 8; ++k) {
      square += v.v[k] * v.v[k];
      dot += g.v[k] * w.v[k] * v.v[k];
    }
  }
  const float inverse = rsqrtf(sum_of_block(square) / hidden + eps);
  const float share = sum_of_block(dot) / hidden * inverse * inverse * inverse;
  for (int i = 8 * threadIdx.x; i < hidden; i += 8 * blockDim.x) {
    const Eight v = load_8(x + at + i), w = load_8(weight + i), g = load_8(of_y + at + i);
    Eight normed, of = {};
    if (residual != nullptr) of = load_8(residual + at + i);
    for (int k = 0; k < 8; ++k) {
      normed.v[k] = (whole ? v.v[k] * inverse : rounded(v.v[k] * inverse)) * w.v[k];
      of.v[k] += g.v[k] * w.v[k] * inverse - v.v[k] * share;
    }
    store_8(y + at + i, normed);
    store_8(of_x + at + i, of);
  }
}

// --- heads ---

#if HEAD_DIM > 0
constexpr int kHalf = HEAD_DIM / 2, kEach = kHalf / 32;

// What a lane of a warp has of one head: kEach columns of the first half and those of the second.
struct Piece {
  float low[kEach], high[kEach];
};
__device__ __forceinline__ Piece load_piece(const bf16* head) {
  Piece p;
#pragma unroll
  for (int j = 0; j < kEach; ++j) {
    p.low[j] = wide(head[threadIdx.x % 32 * kEach + j]);
    p.high[j] = wide(head[kHalf + threadIdx.x % 32 * kEach + j]);
  }
  return p;
}
__device__ __forceinline__ void store_piece(bf16* head, const Piece& p) {
#pragma unroll
  for (int j = 0; j < kEach; ++j) {
    head[threadIdx.x % 32 * kEach + j] = narrow(p.low[j]);
    head[kHalf + threadIdx.x % 32 * kEach + j] = narrow(p.high[j]);
  }
}

// In place: queries and keys of y [N, (heads + 2 kv) D] are normalised where there are norms, then turned; `cosines` and
// `sines` [N, D], whose first half of sines is negated. raw [N, heads + kv, D]: them before, if not nullptr. A warp a head;
// grid (N, (heads + kv) / 8), 256 threads.
extern "C" __global__ void __launch_bounds__(256)
    heads(bf16* y, const bf16* q_norm, const bf16* k_norm, float eps, const bf16* cosines, const bf16* sines, bf16* raw,
          int heads, int kv) {
  const int head = 8 * blockIdx.y + threadIdx.x / 32;
  if (head >= heads + kv) return;
  bf16* place = y + (u64(blockIdx.x) * (heads + 2 * kv) + head) * HEAD_DIM;
  Piece p = load_piece(place);
  if (raw != nullptr) store_piece(raw + (u64(blockIdx.x) * (heads + kv) + head) * HEAD_DIM, p);
  const bf16* norm = head < heads ? q_norm : k_norm;
  if (norm != nullptr) {
    const Piece w = load_piece(norm);
    float square = 0;
    for (int j = 0; j < kEach; ++j) square += p.low[j] * p.low[j] + p.high[j] * p.high[j];
    const float inverse = rsqrtf(sum_of_warp(square) / HEAD_DIM + eps);
    for (int j = 0; j < kEach; ++j) {
      p.low[j] = rounded(rounded(p.low[j] * inverse) * w.low[j]);
      p.high[j] = rounded(rounded(p.high[j] * inverse) * w.high[j]);
    }
  }
  const Piece c = load_piece(cosines + u64(blockIdx.x) * HEAD_DIM), s = load_piece(sines + u64(blockIdx.x) * HEAD_DIM);
  Piece turned;
  for (int j = 0; j < kEach; ++j) {
    turned.low[j] = rounded(p.low[j] * c.low[j]) + p.high[j] * s.low[j];
    turned.high[j] = rounded(p.high[j] * c.high[j]) + p.low[j] * s.high[j];
  }
  store_piece(place, turned);
}

// The gradient of y [N, (heads + 2 kv) D] from those of queries, keys and values, each [N, .., D]. Grid (N, (heads + 2 kv)
// / 8), 256 threads.
extern "C" __global__ void __launch_bounds__(256)
    heads_backward(const bf16* of_q, const bf16* of_k, const bf16* of_v, const bf16* raw, const bf16* q_norm,
                   const bf16* k_norm, float eps, const bf16* cosines, const bf16* sines, bf16* of_y, int heads, int kv) {
  const int head = 8 * blockIdx.y + threadIdx.x / 32;
  if (head >= heads + 2 * kv) return;
  const u64 row = blockIdx.x;
  bf16* place = of_y + (row * (heads + 2 * kv) + head) * HEAD_DIM;
  if (head >= heads + kv) return store_piece(place, load_piece(of_v + (row * kv + head - heads - kv) * HEAD_DIM));
  const Piece g =
      load_piece(head < heads ? of_q + (row * heads + head) * HEAD_DIM : of_k + (row * kv + head - heads) * HEAD_DIM);
  const Piece c = load_piece(cosines + row * HEAD_DIM), s = load_piece(sines + row * HEAD_DIM);
  Piece p;
  for (int j = 0; j < kEach; ++j) {
    p.low[j] = g.low[j] * c.low[j] + g.high[j] * s.high[j];
    p.high[j] = g.high[j] * c.high[j] + g.low[j] * s.low[j];
  }
  const bf16* norm = head < heads ? q_norm : k_norm;
  if (norm != nullptr) {
    const Piece w = load_piece(norm), x = load_piece(raw + (row * (heads + kv) + head) * HEAD_DIM);
    float square = 0, dot = 0;
    for (int j = 0; j < kEach; ++j) {
      square += x.low[j] * x.low[j] + x.high[j] * x.high[j];
      dot += p.low[j] * w.low[j] * x.low[j] + p.high[j] * w.high[j] * x.high[j];
    }
    const float inverse = rsqrtf(sum_of_warp(square) / HEAD_DIM + eps);
    const float share = sum_of_warp(dot) / HEAD_DIM * inverse * inverse * inverse;
    for (int j = 0; j < kEach; ++j) {
      p.low[j] = p.low[j] * w.low[j] * inverse - x.low[j] * share;
      p.high[j] = p.high[j] * w.high[j] * inverse - x.high[j] * share;
    }
  }
  store_piece(place, p);
}
#endif

// --- SwiGLU ---

// h [N, F] = silu(gate) * up of both [N, 2 F], the gates first. Grid (N, F / 2048), 256 threads.
extern "C" __global__ void __launch_bounds__(256) gated(const bf16* both, bf16* h, int ffn) {
  const int column = 8 * (blockIdx.y * blockDim.x + threadIdx.x);
  if (column >= ffn) return;
  const bf16* row = both + u64(blockIdx.x) * 2 * ffn + column;
  const Eight gate = load_8(row), up = load_8(row + ffn);
  Eight out;
#pragma unroll
  for (int k = 0; k < 8; ++k) out.v[k] = rounded(gate.v[k] / (1.0f + __expf(-gate.v[k]))) * up.v[k];
  store_8(h + u64(blockIdx.x) * ffn + column, out);
}

// In place: `both` becomes its gradient, the gradient of h becomes h. Grid as above.
extern "C" __global__ void __launch_bounds__(256) gated_backward(bf16* both, bf16* of_h, int ffn) {
  const int column = 8 * (blockIdx.y * blockDim.x + threadIdx.x);
  if (column >= ffn) return;
  bf16 *row = both + u64(blockIdx.x) * 2 * ffn + column, *place = of_h + u64(blockIdx.x) * ffn + column;
  Eight gate = load_8(row), up = load_8(row + ffn), g = load_8(place);
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    const float share = 1.0f / (1.0f + __expf(-gate.v[k]));
    const float silu = gate.v[k] * share, activated = rounded(silu), of = g.v[k];
    g.v[k] = activated * up.v[k];
    gate.v[k] = of * up.v[k] * (share + silu * (1.0f - share));
    up.v[k] = of * activated;
  }
  store_8(row, gate);
  store_8(row + ffn, up);
  store_8(place, g);
}

// --- attention in two parts ---

// Rows `rows` of out [N, heads, D] get, beside what they have seen, what `other` [n, heads, D] has: log-sum-exps of the
// scores of both and of the whole are [heads, n]. Grid (n, heads D / 2048), 256 threads.
extern "C" __global__ void __launch_bounds__(256)
    merge_parts(bf16* out, const bf16* other, const i64* rows, const float* own_lse, const float* other_lse, const float* lse,
          int heads, int dim, int n) {
  const int column = 8 * (blockIdx.y * blockDim.x + threadIdx.x);
  if (column >= heads * dim) return;
  const u64 of = u64(column / dim) * n + blockIdx.x;
  const float a = expf(own_lse[of] - lse[of]), b = expf(other_lse[of] - lse[of]);
  bf16* place = out + u64(rows[blockIdx.x]) * heads * dim + column;
  Eight sum = load_8(place);
  const Eight more = load_8(other + u64(blockIdx.x) * heads * dim + column);
  for (int k = 0; k < 8; ++k) sum.v[k] = a * sum.v[k] + b * more.v[k];
  store_8(place, sum);
}

// --- log-probabilities ---

// Sums over tokens of e^((x - largest) t), at two t, and of the first times (x - largest).
struct Sums {
  float largest = -1e30f, first = 0, moment = 0, second = 0;
};

__device__ __forceinline__ void raise(Sums& s, float largest, float t1, float t2) {
  const float by = s.largest - largest, scale = __expf(by * t1);
  s.moment = scale * (s.moment + by * s.first);
  s.first *= scale;
  s.second *= __expf(by * t2);
  s.largest = largest;
}

__device__ __forceinline__ void add(Sums& s, Sums other, float t1, float t2) {
  const float largest = fmaxf(s.largest, other.largest);
  raise(s, largest, t1, t2);
  raise(other, largest, t1, t2);
  s.first += other.first;
  s.moment += other.moment;
  s.second += other.second;
}

// Of logits [n, vocab], at temperatures 1 / t1 and 1 / t2: the target's log-probability at both, the entropy at the first.
// Unless `of_logits` [n, vocab] is nullptr: the gradient of the first by the logits. vocab is a multiple of 4. A block of
// 1024 threads a row.
extern "C" __global__ void __launch_bounds__(1024)
    logprobs(const float* logits, const i64* targets, float t1, float t2, float* logprob, float* entropy, float* sampled,
             bf16* of_logits, int vocab) {
  const float* row = logits + u64(blockIdx.x) * vocab;
  const int target = int(targets[blockIdx.x]);
  Sums mine;
  for (int i = 4 * threadIdx.x; i < vocab; i += 4 * blockDim.x) {
    const float4 four = *reinterpret_cast<const float4*>(row + i);
    const float x[4] = {four.x, four.y, four.z, four.w};
    const float largest = fmaxf(fmaxf(x[0], x[1]), fmaxf(x[2], x[3]));
    if (largest > mine.largest) raise(mine, largest, t1, t2);
    for (int k = 0; k < 4; ++k) {
      const float d = x[k] - mine.largest, e = __expf(d * t1);
      mine.first += e;
      mine.moment += e * d;
      mine.second += t1 == t2 ? e : __expf(d * t2);
    }
  }
  for (int o = 16; o > 0; o >>= 1) {
    Sums other;
    other.largest = __shfl_xor_sync(~0u, mine.largest, o);
    other.first = __shfl_xor_sync(~0u, mine.first, o);
    other.moment = __shfl_xor_sync(~0u, mine.moment, o);
    other.second = __shfl_xor_sync(~0u, mine.second, o);
    add(mine, other, t1, t2);
  }
  __shared__ float parts[32][4];
  if (threadIdx.x % 32 == 0) {
    float* part = parts[threadIdx.x / 32];
    part[0] = mine.largest, part[1] = mine.first, part[2] = mine.moment, part[3] = mine.second;
  }
  __syncthreads();
  Sums all;
  for (int i = 0; i < blockDim.x / 32; ++i) {
    Sums other;
    other.largest = parts[i][0], other.first = parts[i][1], other.moment = parts[i][2], other.second = parts[i][3];
    add(all, other, t1, t2);
  }
  const float log_first = logf(all.first);
  if (threadIdx.x == 0) {
    const float d = row[target] - all.largest;
    logprob[blockIdx.x] = d * t1 - log_first;
    entropy[blockIdx.x] = log_first - t1 * all.moment / all.first;
    sampled[blockIdx.x] = d * t2 - logf(all.second);
  }
  if (of_logits == nullptr) return;
  const float shift = all.largest * t1 + log_first;
  for (int i = 4 * threadIdx.x; i < vocab; i += 4 * blockDim.x) {
    const float4 four = *reinterpret_cast<const float4*>(row + i);
    const float x[4] = {four.x, four.y, four.z, four.w};
    u32 words[4];
    for (int k = 0; k < 4; ++k)
      words[k] = narrow(((i + k == target ? 1.0f : 0.0f) - __expf(x[k] * t1 - shift)) * t1).bits;
    *reinterpret_cast<uint2*>(of_logits + u64(blockIdx.x) * vocab + i) =
        uint2{words[1] << 16 | words[0], words[3] << 16 | words[2]};
  }
}

// --- a mixture of experts ---
// Places: one for each expert of each token, [places], sorted by expert.

// `both` [places, 2 F] of gates and ups in turn, before bias [experts, 2 F]; `expert` [places].
struct Gates {
  float gate[4], up[4];
};
__device__ __forceinline__ Gates load_gates(const bf16* both, const bf16* bias) {
  const Eight x = load_8(both), b = load_8(bias);
  Gates g;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    g.gate[k] = x.v[2 * k] + b.v[2 * k];
    g.up[k] = x.v[2 * k + 1] + b.v[2 * k + 1];
  }
  return g;
}

// h [places, F] = gate sigmoid(alpha gate) (up + 1), both clamped. Grid (places, F / 1024), 256 threads; F is a multiple
// of 4.
extern "C" __global__ void __launch_bounds__(256)
    expert_gated(const bf16* both, const bf16* bias, const i64* expert, bf16* h, float limit, float alpha, int ffn) {
  const int column = 4 * (blockIdx.y * blockDim.x + threadIdx.x);
  if (column >= ffn) return;
  const Gates g = load_gates(both + u64(blockIdx.x) * 2 * ffn + 2 * column, bias + u64(expert[blockIdx.x]) * 2 * ffn + 2 * column);
  u32 out[4];
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    const float gate = fminf(g.gate[k], limit), up = fminf(fmaxf(g.up[k], -limit), limit);
    out[k] = narrow(gate / (1.0f + __expf(-alpha * gate)) * (up + 1.0f)).bits;
  }
  *reinterpret_cast<uint2*>(h + u64(blockIdx.x) * ffn + column) = uint2{out[1] << 16 | out[0], out[3] << 16 | out[2]};
}

// In place: `both` becomes its gradient, given that of h before the place's weight. dots [places]: h times that gradient.
// A block a place.
extern "C" __global__ void __launch_bounds__(256)
    expert_gated_backward(bf16* both, const bf16* bias, const i64* expert, const bf16* of_h, const float* weights,
                          float* dots, float limit, float alpha, int ffn) {
  const float weight = weights[blockIdx.x];
  float dot = 0;
  for (int column = 4 * threadIdx.x; column < ffn; column += 4 * blockDim.x) {
    bf16* place = both + u64(blockIdx.x) * 2 * ffn + 2 * column;
    const Gates g = load_gates(place, bias + u64(expert[blockIdx.x]) * 2 * ffn + 2 * column);
    const uint2 bits = *reinterpret_cast<const uint2*>(of_h + u64(blockIdx.x) * ffn + column);
    const float of[4] = {__uint_as_float(bits.x << 16), __uint_as_float(bits.x & 0xffff0000u),
                         __uint_as_float(bits.y << 16), __uint_as_float(bits.y & 0xffff0000u)};
    Eight out;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const float gate = fminf(g.gate[k], limit), up = fminf(fmaxf(g.up[k], -limit), limit);
      const float share = 1.0f / (1.0f + __expf(-alpha * gate)), activated = gate * share;
      dot += activated * (up + 1.0f) * of[k];
      const float back = weight * of[k];
      out.v[2 * k] = g.gate[k] > limit ? 0.0f : back * (up + 1.0f) * (share + alpha * activated * (1.0f - share));
      out.v[2 * k + 1] = g.up[k] > limit || g.up[k] < -limit ? 0.0f : back * activated;
    }
    store_8(place, out);
  }
  dot = sum_of_block(dot);
  if (threadIdx.x == 0) dots[blockIdx.x] = dot;
}

// out [N, H] = residual, unless that is nullptr, + sum over a token's places of weight * (y [places, H] + bias [experts,
// H]); places, expert, weights [N, top]; without bias and weights where those are nullptr. Grid (N, H / 2048), 256 threads.
extern "C" __global__ void __launch_bounds__(256)
    expert_sum(const bf16* y, const i64* places, const bf16* bias, const i64* expert, const float* weights,
               const bf16* residual, bf16* out, int hidden, int top) {
  const int column = 8 * (blockIdx.y * blockDim.x + threadIdx.x);
  if (column >= hidden) return;
  Eight sum = {};
  for (int j = 0; j < top; ++j) {
    const u64 choice = u64(blockIdx.x) * top + j;
    Eight v = load_8(y + u64(places[choice]) * hidden + column);
    if (bias != nullptr) {
      const Eight b = load_8(bias + u64(expert[choice]) * hidden + column);
      for (int k = 0; k < 8; ++k) v.v[k] = rounded(v.v[k] + b.v[k]);
    }
    const float weight = weights != nullptr ? weights[choice] : 1.0f;
    for (int k = 0; k < 8; ++k) sum.v[k] += weight * v.v[k];
  }
  if (residual != nullptr) {
    const Eight r = load_8(residual + u64(blockIdx.x) * hidden + column);
    for (int k = 0; k < 8; ++k) sum.v[k] = r.v[k] + rounded(sum.v[k]);
  }
  store_8(out + u64(blockIdx.x) * hidden + column, sum);
}

// bf16 from MXFP4: 16 bytes for 32 values, the even ones in the low nibbles, times 2^(scale - 127). A thread 8 values;
// grid (count / 256), 256 threads, where count is 4 times the number of scales.
extern "C" __global__ void __launch_bounds__(256)
    widen_blocks(const u32* blocks, const unsigned char* scales, bf16* out, i64 count) {
  const i64 at = i64(blockIdx.x) * blockDim.x + threadIdx.x;
  if (at >= count) return;
  const float scale = ldexpf(0.5f, int(scales[at / 4]) - 127);
  const u32 word = blocks[at];
  Eight v;
#pragma unroll
  for (int k = 0; k < 8; ++k) {
    const u32 bits = word >> 4 * k & 15, exponent = bits >> 1 & 3, mantissa = bits & 1;
    const float halves = exponent == 0 ? float(mantissa) : float((2 + mantissa) << (exponent - 1));  // in units of 1/2
    v.v[k] = (bits & 8 ? -halves : halves) * scale;
  }
  store_8(out + 8 * at, v);
}
