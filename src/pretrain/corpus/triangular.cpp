// Square products with triangular operands or results. The better kernels run over the entries that
// are not zero only.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

enum class Half { kNone, kUpper, kLower };

Half draw_half(Draw& draw) { return static_cast<Half>(draw.weighted({0.3, 0.35, 0.35})); }

struct Triangular {
  std::string N, A, B;
  Half a = Half::kNone, b = Half::kNone;  // of the operands as multiplied
  bool a_transposed = false, b_transposed = false;
  Half mask = Half::kNone;  // triu or tril of the product
  std::string a_load, b_load;
};

// Bounds of k for given i and j: where both factors may be nonzero.
std::pair<std::string, std::string> depth_range(const Triangular& t) {
  std::string lo = "0", hi = t.N;
  if (t.a == Half::kUpper) lo = "i";
  if (t.b == Half::kLower) lo = lo == "0" ? "j" : "std::max(i, j)";
  if (t.a == Half::kLower) hi = "i + 1";
  if (t.b == Half::kUpper) hi = hi == t.N ? "j + 1" : "std::min(i, j) + 1";
  return {lo, hi};
}

// Bounds of j for given i and k in the row form.
std::pair<std::string, std::string> column_range(const Triangular& t) {
  std::string lo = "0", hi = t.N;
  if (t.b == Half::kUpper) lo = "k";
  if (t.mask == Half::kUpper) lo = lo == "0" ? "i" : t.a == Half::kUpper ? "k" : "std::max(i, k)";
  if (t.b == Half::kLower) hi = "k + 1";
  if (t.mask == Half::kLower)
    hi = hi == t.N ? "i + 1" : t.a == Half::kLower ? "k + 1" : "std::min(i, k) + 1";
  return {lo, hi};
}

// The product has this shape whatever the reference masks.
Half implied(const Triangular& t) { return t.a == t.b ? t.a : Half::kNone; }

Triangular draw_operands(TaskBuilder& task) {
  Draw& draw = task.draw();
  Triangular t;
  t.N = task.dim("N", {"M", "S", "SIZE", "D"}, draw_size(draw, 512), draw_tiny(draw));
  t.a = draw_half(draw);
  t.b = draw.chance(0.6) ? t.a : draw_half(draw);
  t.a_transposed = draw.chance(0.15);
  t.b_transposed = draw.chance(0.15);
  if (t.a == Half::kNone && t.b == Half::kNone) {
    t.mask = draw.chance(0.5) ? Half::kUpper : Half::kLower;
  } else if (draw.chance(0.6)) {
    t.mask = implied(t) != Half::kNone ? implied(t)
             : draw.chance(0.5)        ? Half::kUpper
                                       : Half::kLower;
  }
  const auto add = [&](Half half, bool transposed) {
    const std::string name = task.input("matrix", {t.N, t.N});
    // A transposed operand is stored the other way round.
    const bool upper = (half == Half::kUpper) != transposed;
    if (half != Half::kNone)
      task.structure(upper ? tasks::Structure::kUpperTriangular
                           : tasks::Structure::kLowerTriangular);
    return name;
  };
  t.A = add(t.a, t.a_transposed);
  t.B = add(t.b, t.b_transposed);
  t.a_load = t.a_transposed ? at(t.A, {"k", "i"}, {t.N, t.N}) : at(t.A, {"i", "k"}, {t.N, t.N});
  t.b_load = t.b_transposed ? at(t.B, {"j", "k"}, {t.N, t.N}) : at(t.B, {"k", "j"}, {t.N, t.N});
  return t;
}

std::string reference_of(const Triangular& t) {
  const std::string product = "torch.matmul(" + t.A + (t.a_transposed ? ".t()" : "") + ", " + t.B +
                              (t.b_transposed ? ".t()" : "") + ")";
  if (t.mask == Half::kUpper) return "torch.triu(" + product + ")";
  if (t.mask == Half::kLower) return "torch.tril(" + product + ")";
  return product;
}

// One accumulator per element; elements that the mask clears are not computed.
std::string points(const TaskBuilder& task,
                   const Triangular& t,
                   const Finish& finish,
                   const std::string& pragma,
                   bool simd,
                   bool exploit) {
  Source source;
  source.open(task.signature());
  if (!pragma.empty()) source.line(pragma);
  source.loop("i", "0", t.N).loop("j", "0", t.N).line("float acc = 0.0f;");
  const auto [lo, hi] = exploit ? depth_range(t) : std::pair<std::string, std::string>{"0", t.N};
  const bool mask = t.mask != Half::kNone && (t.mask != implied(t) || !exploit);
  if (mask) source.open(t.mask == Half::kUpper ? "if (j >= i)" : "if (j <= i)");
  if (simd) source.line("#pragma omp simd reduction(+:acc)");
  source.each("k", lo, hi, "acc += " + t.a_load + " * " + t.b_load + ";");
  if (mask) source.close();
  const Written value = finish.code("acc", Dialect::kCpp);
  source.lines(value.statements).line("out[i * " + t.N + " + j] = " + value.text + ";").close_to(0);
  return source.text();
}

// Row form: out's row i collects a * (row k of B).
std::string rows(const TaskBuilder& task,
                 const Triangular& t,
                 const Finish& finish,
                 const std::string& pragma) {
  Source source;
  source.open(task.signature());
  if (!pragma.empty()) source.line(pragma);
  source.loop("i", "0", t.N).line("float* row = out + i * " + t.N + ";");
  source.each("j", "0", t.N, "row[j] = 0.0f;");
  const std::string k_lo = t.a == Half::kUpper ? "i" : "0",
                    k_hi = t.a == Half::kLower ? "i + 1" : t.N;
  const auto [lo, hi] = column_range(t);
  source.loop("k", k_lo, k_hi).line("const float a = " + t.a_load + ";").line("#pragma omp simd");
  source.each("j", lo, hi, "row[j] += a * " + t.b_load + ";").close();
  const Written value = finish.code("row[j]", Dialect::kCpp);
  if (value.text != "row[j]") {
    if (value.statements.empty()) {
      source.each("j", "0", t.N, "row[j] = " + value.text + ";");
    } else {
      source.loop("j", "0", t.N).lines(value.statements).line("row[j] = " + value.text + ";");
    }
  }
  source.close_to(0);
  return source.text();
}

std::string cuda_points(const TaskBuilder& task,
                        const Triangular& t,
                        const Finish& finish,
                        bool exploit) {
  Source body(1);
  body.line("const int64_t j = blockIdx.x * (int64_t)blockDim.x + threadIdx.x, i = blockIdx.y;");
  body.line("if (j >= " + t.N + ") return;").line("float acc = 0.0f;");
  const auto [lo, hi] = exploit ? depth_range(t) : std::pair<std::string, std::string>{"0", t.N};
  const bool mask = t.mask != Half::kNone && (t.mask != implied(t) || !exploit);
  if (mask) body.open(t.mask == Half::kUpper ? "if (j >= i)" : "if (j <= i)");
  const auto device = [](std::string text) {
    for (const std::string which : {"max", "min"}) {
      const auto at = text.find("std::" + which + "(i, j)");
      if (at != std::string::npos)
        text.replace(at, 14, which == "max" ? "(i > j ? i : j)" : "(i < j ? i : j)");
    }
    return text;
  };
  body.each("k", device(lo), device(hi), "acc += " + t.a_load + " * " + t.b_load + ";");
  if (mask) body.close();
  const Written value = finish.code("acc", Dialect::kCuda);
  body.lines(value.statements).line("out[i * " + t.N + " + j] = " + value.text + ";");
  return "__global__ void kernel(" + task.parameters() + ") {\n" + body.text() + "}\n" +
         task.signature() + " {\n  kernel<<<dim3((" + t.N + " + 255) / 256, " + t.N + "), 256>>>(" +
         task.arguments() + ");\n}\n";
}

}  // namespace

Drawn draw_triangular(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "triangular");
  const Triangular t = draw_operands(task);
  DrawnFinish drawn = draw_finish(task, {t.N, t.N}, {"i", "j"}, 1, 0.15);
  const Written reference = drawn.reference(reference_of(t));
  task.output({t.N, t.N});
  task.returns(reference.text, reference.statements);
  const Finish finish{drawn.expression, drawn.leaves, "", ""};
  const bool exploit = draw.chance(0.85);
  if (dialect == Dialect::kCuda)
    return finished(
        task, cuda_points(task, t, finish, exploit), exploit ? "cuda_structured" : "cuda");
  const std::string pragma = draw.chance(0.1)    ? ""
                             : draw.chance(0.55) ? threads_pragma(Threads::kDynamic)
                                                 : threads_pragma(Threads::kOuter);
  const std::string threads = pragma.empty() ? "serial_" : "";
  if (!t.b_transposed && draw.chance(0.65))
    return finished(task, rows(task, t, finish, pragma), threads + "rows");
  const bool simd = draw.chance(0.35);
  return finished(
      task,
      points(task, t, finish, pragma, simd, exploit),
      threads + (exploit ? "points_structured" : "points_dense") + (simd ? "_simd" : ""));
}

}  // namespace vegttt::pretrain
