// Scaled dot-product attention: the operator, the same written out, causal, with other scales.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct Plan {
  std::vector<Loop> outer;
  std::vector<std::string> shape, index;  // of Q without the last two axes' variables
  std::string S, E, q, k, v, scale;
  bool causal = false;
  Finish finish;
};

std::vector<std::string> with(std::vector<std::string> index,
                              const std::string& row,
                              const std::string& column) {
  index.push_back(row);
  index.push_back(column);
  return index;
}

// One query against all keys; the scores live in an array of the thread.
void one_query(Source& source, const Plan& p, Dialect dialect, bool simd) {
  const std::string keys = p.causal ? "i + 1" : p.S;
  source.line("float score[" + p.S + "];").line("float largest = -INFINITY, sum = 0.0f;");
  source.loop("j", "0", keys).line("float acc = 0.0f;");
  if (simd) source.line("#pragma omp simd reduction(+:acc)");
  source.each("d",
              "0",
              p.E,
              "acc += " + at(p.q, with(p.index, "i", "d"), p.shape) + " * " +
                  at(p.k, with(p.index, "j", "d"), p.shape) + ";");
  source.line("score[j] = acc" + p.scale + ";")
      .line(for_dialect("largest = std::max(largest, score[j]);", dialect))
      .close();
  source.loop("j", "0", keys)
      .line("score[j] = expf(score[j] - largest);")
      .line("sum += score[j];")
      .close();
  const std::string target = at("out", with(p.index, "i", "d"), p.shape);
  source.loop("d", "0", p.E).line("float acc = 0.0f;");
  source.each(
      "j", "0", keys, "acc += score[j] * " + at(p.v, with(p.index, "j", "d"), p.shape) + ";");
  const Written value =
      p.finish.code(p.finish.expression.op ? "(acc / sum)" : "acc / sum", dialect);
  source.lines(value.statements).line(target + " = " + value.text + ";").close();
}

}  // namespace

Drawn draw_attention(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "attention");
  Plan p;
  const bool heads = draw.chance(0.7);
  const std::string B = task.dim("BATCH", {"B", "N"}, draw_size(draw, 2), draw.between(2, 3));
  p.outer.push_back({"b", "0", B, {}});
  p.shape = {B};
  p.index = {"b"};
  if (heads) {
    const std::string H = task.dim("HEADS", {"H", "NH"}, draw_size(draw, 4), draw.between(2, 3));
    p.outer.push_back({"h", "0", H, {}});
    p.shape.push_back(H);
    p.index.push_back("h");
  }
  p.S = task.dim("SEQ", {"S", "T", "L"}, draw_size(draw, 128), draw.between(3, 9));
  p.E = task.dim("DIM", {"D", "E", "HEAD_DIM"}, draw_size(draw, 64), draw.between(3, 9));
  p.shape.push_back(p.S);
  p.shape.push_back(p.E);
  const bool usual = draw.chance(0.6);
  p.q = task.named_input(usual ? "Q" : draw.pick({"q", "query", "queries"}), p.shape);
  p.k = task.named_input(usual ? "K" : draw.pick({"keys", "key", "Kmat"}), p.shape);
  p.v = task.named_input(usual ? "V" : draw.pick({"values", "value", "Vmat"}), p.shape);
  std::string operation;
  if (draw.chance(0.55)) {
    p.causal = draw.chance(0.3);
    operation = "torch.scaled_dot_product_attention(" + p.q + ", " + p.k + ", " + p.v +
                (p.causal ? ", None, 0.0, True)" : ")");
    p.scale = " / sqrtf((float)" + p.E + ")";
  } else {
    const Number scale = draw.chance(0.7) ? draw_number(draw) : Number{""};
    const std::string scores = "torch.matmul(" + p.q + ", " + p.k + ".transpose(-2, -1))";
    operation = "torch.matmul(torch.softmax(" + scores +
                (scale.text.empty() ? "" : " * " + scale.text) + ", dim=-1), " + p.v + ")";
    p.scale = scale.text.empty() ? "" : " * " + scale.c();
  }
  DrawnFinish finish;
  finish.expression =
      draw.chance(0.6) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0), true);
  const Written reference = finish.reference(operation);
  task.output(p.shape);
  task.returns(reference.text, reference.statements);
  p.finish = {finish.expression, finish.leaves, "", ""};
  std::vector<Loop> loops = p.outer;
  loops.push_back({"i", "0", p.S, {}});
  std::vector<std::string> extents;
  for (const Loop& loop : loops) extents.push_back(loop.hi);
  if (dialect == Dialect::kCuda) {
    Source body(1);
    body.line("const int64_t idx = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;")
        .line("if (idx >= " + product(extents) + ") return;");
    decompose(body, "idx", loops);
    one_query(body, p, dialect, false);
    return finished(task, cuda_program(task, body, product(extents), 64), "cuda_points");
  }
  const bool serial = draw.chance(0.12), simd = draw.chance(0.5);
  Source source;
  source.open(task.signature());
  if (!serial)
    source.line(
        threads_pragma(heads && draw.chance(0.4) ? Threads::kCollapse3 : Threads::kCollapse2));
  for (const Loop& loop : loops) source.loop(loop.var, loop.lo, loop.hi);
  one_query(source, p, dialect, simd);
  source.close_to(0);
  return finished(
      task, source.text(), std::string(serial ? "serial" : "threads") + (simd ? "_simd" : ""));
}

}  // namespace vegttt::pretrain
