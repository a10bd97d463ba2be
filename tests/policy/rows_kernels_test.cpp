// kernels/policy/rows.cu, run on a CPU, against ATen in float32. Compiled once for every HEAD_DIM
// and RANK that is tested.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <bit>

#include "kernel_on_cpu.h"

namespace {
#include "prelude.cu"
#include "prompts.cu"
#include "rows.cu"

at::Tensor random(std::vector<std::int64_t> shape, double size = 1) {
  return at::randn(shape).mul_(size).to(at::kBFloat16);
}
bf16* as_bf16(const at::Tensor& tensor) {
  return tensor.defined() ? reinterpret_cast<bf16*>(tensor.data_ptr()) : nullptr;
}
at::Tensor f32(const at::Tensor& tensor) { return tensor.to(at::kFloat); }
at::Tensor once_rounded(const at::Tensor& tensor) { return f32(tensor.to(at::kBFloat16)); }

// A value may fall on the other side of one rounding to bf16, and through it of a second one.
void expect_near(const at::Tensor& mine, const at::Tensor& exact, const char* what) {
  const at::Tensor wanted = once_rounded(exact);
  const at::Tensor difference = (f32(mine) - wanted).abs() / (wanted.abs() + 0.05);
  EXPECT_LT(difference.max().item<float>(), 0.02) << what;
  EXPECT_LT(difference.mean().item<float>(), 0.0005) << what;
}

struct Adapted {
  at::Tensor y, product, low, b;  // y holds both; b [out, rank]
};
Adapted adapted(int rows, int out, int parts) {
  Adapted a;
  a.product = random({rows, out}), a.low = random({rows, parts * RANK}),
  a.b = random({out, RANK}, 0.3);
  a.y = at::cat({a.product, a.low}, 1).contiguous();
  return a;
}
// Of columns [begin, end), which belong to part `part`.
at::Tensor update(const Adapted& a, int part, int begin, int end) {
  return at::matmul(f32(a.low.narrow(1, part * RANK, RANK)), f32(a.b.slice(0, begin, end)).t());
}

TEST(RowsKernels, EmbedReadsRowsAndTurns) {
  const int rows = 3, hidden = 72, half = HEAD_DIM / 2;
  const at::Tensor table = random({10, hidden}), frequencies = at::rand({half});
  at::Tensor x = at::zeros({rows, hidden}, at::kBFloat16), turns = at::zeros({rows, half, 2});
  const Sequence sequences[] = {{nullptr, nullptr, 0, 5, 32, 2, 9},
                                {nullptr, nullptr, 0, 0, 0, 0, 0},
                                {nullptr, nullptr, 0, 900, 928, 30, 4}};
  on_cpu::launch({rows}, 128, [&] {
    embed(sequences,
          as_bf16(table),
          {frequencies.data_ptr<float>(), 1.25f},
          as_bf16(x),
          reinterpret_cast<float2*>(turns.data_ptr()),
          hidden);
  });
  EXPECT_TRUE(x.equal(table.index_select(0, at::tensor({9, 0, 4}))));
  const at::Tensor angles = at::tensor({7.f, 0.f, 930.f}).unsqueeze(1) * frequencies;
  EXPECT_LT((turns.select(2, 0) - once_rounded(angles.cos() * 1.25)).abs().max().item<float>(),
            0.01);
  EXPECT_LT((turns.select(2, 1) - once_rounded(angles.sin() * 1.25)).abs().max().item<float>(),
            0.01);
}

void check_norm(int rows, int hidden, bool with_y, bool with_b, bool with_bias, bool whole) {
  at::Tensor x = random({rows, hidden}), normed = at::zeros_like(x);
  const at::Tensor before = x.clone(), weight = random({hidden}), bias = random({hidden});
  const Adapted a = adapted(rows, hidden, 1);
  const at::Tensor b = a.b.t().contiguous();
  on_cpu::launch({unsigned(rows + 1) / 2}, unsigned(hidden / 8 + 31) / 32 * 32, [&] {
    add_and_norm(as_bf16(x),
                 with_y ? as_bf16(a.y) : nullptr,
                 hidden + RANK,
                 with_b ? as_bf16(b) : nullptr,
                 0.7f,
                 with_bias ? as_bf16(bias) : nullptr,
                 as_bf16(weight),
                 1e-5f,
                 whole,
                 as_bf16(normed),
                 hidden,
                 rows);
  });
  at::Tensor wanted = f32(before);
  if (with_y) {
    at::Tensor added = f32(a.product);
    if (with_bias) added = added + f32(bias);
    if (with_b) added = added + 0.7 * update(a, 0, 0, hidden);
    wanted = once_rounded(wanted + once_rounded(added));
  }
  expect_near(x, wanted, "sum");
  const at::Tensor normal = wanted * at::rsqrt(wanted.square().mean(1, true) + 1e-5);
  expect_near(normed, (whole ? normal : once_rounded(normal)) * f32(weight), "norm");
}

TEST(RowsKernels, AddAndNormAddsTheAdapterAndNormalises) {
  at::manual_seed(1);
  check_norm(5, 520, true, true, true, false);
  check_norm(4, 256, true, true, false, true);
  check_norm(1, 384, true, false, false, false);
  check_norm(3, 2880, false, false, false, false);
}

void check_heads(int rows, int heads, int kv, bool with_b, bool with_bias, bool with_norm) {
  const int length = 64, columns = (heads + 2 * kv) * HEAD_DIM, half = HEAD_DIM / 2;
  const Adapted a = adapted(rows, columns, 3);
  const at::Tensor bias = random({columns}), q_norm = random({HEAD_DIM}),
                   k_norm = random({HEAD_DIM});
  const at::Tensor turns = at::rand({rows, half, 2}), scales = at::tensor({0.5f, 0.8f, 1.1f});
  at::Tensor q = at::zeros({rows, heads, HEAD_DIM}, at::kBFloat16),
             keys = at::zeros({rows, kv, length, HEAD_DIM}, at::kBFloat16),
             values = at::zeros({rows, kv, length / 32, HEAD_DIM, 32}, at::kBFloat16);
  const auto place_of = [](int row) { return 37 * row % length; };
  std::vector<Sequence> sequences(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) sequences[static_cast<std::size_t>(i)].place = place_of(i);
  on_cpu::launch({unsigned(rows + 3) / 4, unsigned(heads + 2 * kv + 3) / 4}, 128, [&] {
    split_heads(sequences.data(),
                reinterpret_cast<const float2*>(turns.data_ptr()),
                as_bf16(a.y),
                with_b ? as_bf16(a.b) : nullptr,
                scales.data_ptr<float>(),
                with_bias ? as_bf16(bias) : nullptr,
                with_norm ? as_bf16(q_norm) : nullptr,
                with_norm ? as_bf16(k_norm) : nullptr,
                1e-6f,
                as_bf16(q),
                as_bf16(keys),
                as_bf16(values),
                heads,
                kv,
                length,
                rows);
  });
  const auto part = [&](int kind, int begin, int count, const at::Tensor& norm) {
    const int from = begin * HEAD_DIM, to = (begin + count) * HEAD_DIM;
    at::Tensor v = f32(a.product.slice(1, from, to));
    if (with_bias) v = v + f32(bias.slice(0, from, to));
    if (with_b) v = v + scales[kind].item<float>() * update(a, kind, from, to);
    v = once_rounded(v).view({rows, count, HEAD_DIM});
    if (kind == 2) return v;
    if (with_norm)
      v = once_rounded(once_rounded(v * at::rsqrt(v.square().mean(2, true) + 1e-6)) * f32(norm));
    const at::Tensor cos = turns.select(2, 0).unsqueeze(1), sin = turns.select(2, 1).unsqueeze(1);
    const at::Tensor low = v.narrow(2, 0, half), high = v.narrow(2, half, half);
    return at::cat({once_rounded(low * cos) - high * sin, once_rounded(high * cos) + low * sin}, 2);
  };
  expect_near(q, part(0, 0, heads, q_norm), "queries");
  const at::Tensor k = part(1, heads, kv, k_norm), v = part(2, heads + kv, kv, k_norm);
  for (int i = 0; i < rows; ++i) {
    expect_near(keys[i].select(1, place_of(i)), k[i], "keys");
    expect_near(values[i].select(1, place_of(i) / 32).select(2, place_of(i) % 32), v[i], "values");
  }
}

TEST(RowsKernels, SplitHeadsRotatesAndKeeps) {
  at::manual_seed(2);
  check_heads(6, 3, 2, true, true, true);
  check_heads(4, 4, 1, true, false, false);
  check_heads(1, 6, 2, false, true, true);
}

void check_gated(int rows, int ffn, bool with_b) {
  const Adapted a = adapted(rows, 2 * ffn, 2);
  at::Tensor h = at::zeros({rows, ffn}, at::kBFloat16);
  on_cpu::launch({unsigned(ffn + 127) / 128, unsigned(rows + 31) / 32}, 128, [&] {
    gated(as_bf16(a.y), with_b ? as_bf16(a.b) : nullptr, 0.6f, 1.3f, as_bf16(h), rows, ffn);
  });
  at::Tensor gate = f32(a.product.slice(1, 0, ffn)), up = f32(a.product.slice(1, ffn, 2 * ffn));
  if (with_b) gate = gate + 0.6 * update(a, 0, 0, ffn), up = up + 1.3 * update(a, 1, ffn, 2 * ffn);
  gate = once_rounded(gate), up = once_rounded(up);
  expect_near(h, once_rounded(gate * at::sigmoid(gate)) * up, "gated");
}

TEST(RowsKernels, GatedMultipliesByTheGate) {
  at::manual_seed(3);
  check_gated(37, 200, true);
  check_gated(16, 128, true);
  check_gated(3, 56, false);
}

TEST(RowsKernels, PromptsAreStoredWithZerosBehind) {
  const int kv = 2, layers = 2;
  const std::vector<int> lengths = {5, 64, 33};
  const at::Tensor k = random({102, kv, HEAD_DIM}), v = random({102, kv, HEAD_DIM});
  std::vector<at::Tensor> keys, values;
  std::vector<PromptPlace> places;
  int begin = 0;
  for (const int length : lengths) {
    const int padded = (length + 31) / 32 * 32;
    keys.push_back(at::ones({layers, kv, padded, HEAD_DIM}, at::kBFloat16));
    values.push_back(at::ones({layers, kv, padded / 32, HEAD_DIM, 32}, at::kBFloat16));
    places.push_back({as_bf16(keys.back()), as_bf16(values.back()), begin, length, padded, 0});
    begin += length;
  }
  on_cpu::launch(
      {2, kv, 3}, 128, [&] { store_prompts(places.data(), as_bf16(k), as_bf16(v), kv, 1); });
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const int length = lengths[i], padded = places[i].padded;
    const at::Tensor mine = k.narrow(0, places[i].begin, length).transpose(0, 1),
                     of = v.narrow(0, places[i].begin, length).permute({1, 2, 0});
    EXPECT_TRUE(keys[i][1].narrow(1, 0, length).equal(mine));
    const at::Tensor flat = values[i][1].transpose(1, 2).reshape({kv, HEAD_DIM, padded});
    EXPECT_TRUE(flat.narrow(2, 0, length).equal(of));
    EXPECT_EQ(f32(keys[i][1].narrow(1, length, padded - length)).abs().sum().item<float>(), 0);
    EXPECT_EQ(f32(flat.narrow(2, length, padded - length)).abs().sum().item<float>(), 0);
    EXPECT_TRUE(keys[i][0].eq(1).all().item<bool>()) << "another layer was written";
  }
}

}  // namespace
