// kernels/policy/experts.cu, run on a CPU, against the format's definition in double.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#define HIDDEN 96
#define FFN 224
#define EXPERTS 6
#define TOP 3
#define ROWS 40
#include "kernel_on_cpu.h"

namespace {
#include "experts.cu"

at::Tensor f64(const at::Tensor& tensor) { return tensor.to(at::kDouble); }
at::Tensor random(std::vector<std::int64_t> shape, double size) {
  return at::randn(shape).mul_(size).to(at::kBFloat16);
}
bf16* as_bf16(const at::Tensor& t) { return reinterpret_cast<bf16*>(t.data_ptr()); }
u8* bytes(const at::Tensor& t) { return t.data_ptr<u8>(); }
int* ints(const at::Tensor& t) { return t.data_ptr<int>(); }

struct Matrix {
  at::Tensor blocks, scales, bias, packed;
  int out, in;
};

at::Tensor exact(const Matrix& matrix) {
  const at::Tensor values = at::tensor(
      {0., .5, 1., 1.5, 2., 3., 4., 6., -0., -.5, -1., -1.5, -2., -3., -4., -6.}, at::kDouble);
  const at::Tensor blocks = matrix.blocks.to(at::kLong);
  const at::Tensor nibbles = at::stack({blocks.remainder(16), at::floor_divide(blocks, 16)}, -1);
  const at::Tensor scale = at::exp2(f64(matrix.scales) - 127);
  return (values.index({nibbles}).flatten(3) * scale.unsqueeze(-1)).flatten(2);
}

Matrix random_matrix(int out, int in) {
  Matrix m;
  m.out = out, m.in = in;
  m.blocks = at::randint(0, 256, {EXPERTS, out, in / 32, 16}, at::kByte);
  m.scales = at::randint(118, 123, {EXPERTS, out, in / 32}, at::kByte);
  m.bias = random({EXPERTS, out}, 0.3);
  const unsigned pieces = static_cast<unsigned>(pieces_down(out) * pieces_along(in));
  m.packed = at::full({EXPERTS, std::int64_t{pieces} * kPieceBytes}, 255, at::kByte);
  on_cpu::launch({pieces, EXPERTS}, 128, [&] {
    pack_experts(
        reinterpret_cast<const u32*>(bytes(m.blocks)), bytes(m.scales), bytes(m.packed), out, in);
  });
  return m;
}

TEST(ExpertsKernels, MatricesComeBackExactly) {
  at::manual_seed(1);
  for (const auto& [out, in] : {std::pair{2 * FFN, HIDDEN}, std::pair{HIDDEN, FFN}}) {
    const Matrix m = random_matrix(out, in);
    at::Tensor wide = at::zeros({EXPERTS - 1, out, in}, at::kBFloat16);
    on_cpu::launch({static_cast<unsigned>(pieces_down(out) * pieces_along(in)), EXPERTS - 1},
                   96,
                   [&] { widen_experts(bytes(m.packed), as_bf16(wide), 1, out, in); });
    EXPECT_TRUE(f64(wide).equal(exact(m).narrow(0, 1, EXPERTS - 1)));
  }
}

// By the logits as given; of equal ones the first.
at::Tensor truth(const at::Tensor& x,
                 const at::Tensor& logits,
                 const Matrix& gate_up,
                 const Matrix& down) {
  const auto [sorted, order] = at::sort(f64(logits), /*stable=*/true, 1, /*descending=*/true);
  const at::Tensor weights = at::softmax(sorted.narrow(1, 0, TOP), 1),
                   chosen = order.narrow(1, 0, TOP);
  const at::Tensor up_matrix = exact(gate_up), down_matrix = exact(down);
  at::Tensor sum = at::zeros({x.size(0), HIDDEN}, at::kDouble);
  for (int e = 0; e < EXPERTS; ++e) {
    const at::Tensor pairs =
        (at::matmul(f64(x), up_matrix[e].t()) + f64(gate_up.bias[e])).unflatten(-1, {-1, 2});
    const at::Tensor gate = pairs.select(-1, 0).clamp_max(7.0),
                     up = pairs.select(-1, 1).clamp(-7, 7);
    const at::Tensor gated = gate * at::sigmoid(gate * 1.702) * (up + 1);
    const at::Tensor y = at::matmul(gated, down_matrix[e].t()) + f64(down.bias[e]);
    sum += y * (weights * chosen.eq(e)).sum(1, true);
  }
  return sum;
}

void check(int rows, bool crowded) {
  SCOPED_TRACE(rows);
  const Matrix gate_up = random_matrix(2 * FFN, HIDDEN), down = random_matrix(HIDDEN, FFN);
  const at::Tensor w = random({EXPERTS, HIDDEN}, 0.1), bias = random({EXPERTS}, 0.3);
  if (crowded) bias.narrow(0, EXPERTS - TOP, TOP).add_(100);
  const at::Tensor x = random({rows, HIDDEN}, 1);
  const at::Tensor logits = at::zeros({ROWS, EXPERTS}, at::kBFloat16),
                   begins = at::full({EXPERTS + 1}, -1, at::kInt),
                   rows_of = at::full({ROWS * TOP}, -1, at::kInt),
                   places = at::full({ROWS, TOP}, -1, at::kInt),
                   weights = at::zeros({ROWS, TOP}, at::kFloat),
                   gated = at::zeros({ROWS * TOP, FFN}, at::kBFloat16),
                   outputs = at::zeros({ROWS * TOP, HIDDEN}, at::kBFloat16),
                   out = at::zeros({rows, HIDDEN}, at::kBFloat16);
  const auto tiles = [](int of) { return static_cast<unsigned>(pieces_down(of) / kWarps); };
  on_cpu::launch({static_cast<unsigned>(rows + 7) / 8, (EXPERTS + 15) / 16}, 256, [&] {
    router(as_bf16(x), as_bf16(w), as_bf16(bias), as_bf16(logits), rows);
  });
  on_cpu::launch({1}, 1024, [&] {
    route(as_bf16(logits),
          ints(begins),
          ints(rows_of),
          ints(places),
          weights.data_ptr<float>(),
          rows);
  });
  on_cpu::launch({tiles(2 * FFN), EXPERTS}, kThreads, [&] {
    experts_gate_up(as_bf16(x),
                    bytes(gate_up.packed),
                    as_bf16(gate_up.bias),
                    ints(begins),
                    ints(rows_of),
                    as_bf16(gated),
                    7,
                    1.702f);
  });
  on_cpu::launch({tiles(HIDDEN), EXPERTS}, kThreads, [&] {
    experts_down(
        as_bf16(gated), bytes(down.packed), as_bf16(down.bias), ints(begins), as_bf16(outputs));
  });
  on_cpu::launch({1, static_cast<unsigned>(rows)}, 128, [&] {
    combine(as_bf16(outputs), ints(places), weights.data_ptr<float>(), as_bf16(out));
  });
  EXPECT_EQ(begins[EXPERTS].item<int>(), rows * TOP);
  const at::Tensor of_x = at::matmul(f64(x), f64(w).t()) + f64(bias),
                   mine = logits.narrow(0, 0, rows);
  EXPECT_LT(((f64(mine) - of_x).abs() / (of_x.abs() + 0.1)).max().item<double>(), 0.005);
  const at::Tensor wanted = truth(x, mine, gate_up, down), difference = f64(out) - wanted;
  // Four roundings to bf16; a wrong row, column, scale or expert gives 0.05 and more.
  EXPECT_LT((difference.square().mean().sqrt() / wanted.square().mean().sqrt()).item<double>(),
            0.008);
}

TEST(ExpertsKernels, AgreeWithTheFormatsDefinition) {
  at::manual_seed(2);
  check(ROWS, false);
  check(ROWS, true);
  check(13, false);  // fewer rows than were made room for
  check(1, false);
}

}  // namespace
