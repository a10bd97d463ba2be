// Matrix times vector in its spellings: column, flat vector, transposed matrix, batches; outer
// products.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct MatVec {
  std::vector<Loop> outputs;
  std::vector<std::string> out_shape, out_index;
  std::string K, a, v;
  bool contiguous = true;  // the matrix is read along k
  std::string operation;
};

MatVec draw_operands(TaskBuilder& task) {
  Draw& draw = task.draw();
  MatVec m;
  const bool batch = draw.chance(0.25);
  const std::string B0 =
      batch ? task.dim("BATCH", {"B", "G"}, draw_size(draw, 16), draw.between(2, 4)) : "";
  const std::string M =
      task.dim("M", {"ROWS", "P", "R", "N"}, draw_size(draw, batch ? 128 : 1024), draw_tiny(draw));
  m.K = task.dim(
      "K", {"COLS", "D", "INNER", "L"}, draw_size(draw, batch ? 512 : 4096), draw.between(5, 37));
  const bool transposed = draw.chance(0.2);
  const bool column = draw.chance(0.65);
  const bool batch_vector = batch && draw.chance(0.5);
  std::vector<std::string> a_shape = transposed ? std::vector{m.K, M} : std::vector{M, m.K};
  std::vector<std::string> a_index =
      transposed ? std::vector<std::string>{"k", "i"} : std::vector<std::string>{"i", "k"};
  std::vector<std::string> v_shape = {m.K}, v_index = {"k"};
  if (column) v_shape.push_back("1"), v_index.push_back("0");
  if (batch) a_shape.insert(a_shape.begin(), B0), a_index.insert(a_index.begin(), "b");
  if (batch_vector && column)
    v_shape.insert(v_shape.begin(), B0), v_index.insert(v_index.begin(), "b");
  const std::string A = task.input("matrix", a_shape);
  const std::string v = task.input(draw.chance(0.6) ? "matrix" : "vector", v_shape);
  m.a = at(A, a_index, a_shape);
  m.v = at(v, v_index, v_shape);
  m.contiguous = !transposed;
  const std::string left = transposed ? A + (batch ? ".transpose(1, 2)" : ".t()") : A;
  m.operation = !column && !batch && draw.chance(0.4) ? "torch.mv(" + left + ", " + v + ")"
                                                      : "torch.matmul(" + left + ", " + v + ")";
  if (batch)
    m.outputs.push_back({"b", "0", B0, {}}), m.out_shape.push_back(B0), m.out_index.push_back("b");
  m.outputs.push_back({"i", "0", M, {}});
  m.out_shape.push_back(M);
  m.out_index.push_back("i");
  if (column) m.out_shape.push_back("1"), m.out_index.push_back("0");
  return m;
}

Nest nest_of(const MatVec& m, const DrawnFinish& finish) {
  Nest nest;
  nest.outputs = m.outputs;
  nest.out_index = m.out_index;
  nest.out_shape = m.out_shape;
  nest.reductions = {{"k", "0", m.K, {}}};
  nest.term = m.a + " * " + m.v;
  nest.finish = {finish.expression, finish.leaves, "", ""};
  nest.rows_possible = false;
  return nest;
}

// Four independent sums, so that additions do not wait for each other.
std::string four_sums(const TaskBuilder& task, const MatVec& m, const Finish& finish) {
  Source source;
  source.open(task.signature())
      .line(threads_pragma(m.outputs.size() > 1 ? Threads::kCollapse2 : Threads::kOuter));
  for (const Loop& loop : m.outputs) source.loop(loop.var, loop.lo, loop.hi);
  source.line("float sum[16] = {};").line("int64_t k0 = 0;");
  source.open("for (; k0 + 15 < " + m.K + "; k0 += 16)").line("#pragma omp simd");
  source.loop("l", "0", "16")
      .line("const int64_t k = k0 + l;")
      .line("sum[l] += " + m.a + " * " + m.v + ";")
      .close()
      .close();
  source.line("float acc = 0.0f;").each("k", "k0", m.K, "acc += " + m.a + " * " + m.v + ";");
  source.each("l", "0", "16", "acc += sum[l];");
  const Written value = finish.code("acc", Dialect::kCpp);
  source.lines(value.statements)
      .line(at("out", m.out_index, m.out_shape) + " = " + value.text + ";")
      .close_to(0);
  return source.text();
}

}  // namespace

namespace {

// out[i, j] = u[i] * w[j], with something behind it.
Drawn draw_outer(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "matvec");
  const std::string M = task.dim("M", {"ROWS", "P"}, draw_size(draw, 1024), draw_tiny(draw));
  const std::string N = task.dim("N", {"COLS", "Q"}, draw_size(draw, 1024), draw_tiny(draw));
  const std::string u = task.input("vector", {M}), w = task.input("vector", {N});
  const DrawnFinish finish = draw_finish(task, {M, N}, {"i", "j"}, 1, 0.4);
  const Written reference =
      finish.reference(draw.chance(0.5) ? "torch.outer(" + u + ", " + w + ")"
                                        : "(" + u + ".unsqueeze(1) * " + w + ")");
  task.output({M, N});
  task.returns(reference.text, reference.statements);
  const Written value = Finish{finish.expression, finish.leaves, "", ""}.code(
      "(" + u + "[i] * " + w + "[j])", dialect);
  if (dialect == Dialect::kCuda) {
    Source body(1);
    body.line("const int64_t idx = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
    body.line("if (idx >= " + M + " * " + N + ") return;");
    decompose(body, "idx", {{"i", "0", M, {}}, {"j", "0", N, {}}});
    body.lines(value.statements).line("out[idx] = " + value.text + ";");
    return finished(task, cuda_program(task, body, M + " * " + N, 256), "cuda_outer");
  }
  Source source;
  source.open(task.signature()).line(threads_pragma(Threads::kOuter)).loop("i", "0", M);
  const bool simd = draw.chance(0.6);
  if (simd) source.line("#pragma omp simd");
  source.loop("j", "0", N)
      .lines(value.statements)
      .line("out[i * " + N + " + j] = " + value.text + ";")
      .close_to(0);
  return finished(task, source.text(), simd ? "outer_simd" : "outer");
}

}  // namespace

Drawn draw_matvec(Draw& draw, Dialect dialect) {
  if (draw.chance(0.12)) return draw_outer(draw, dialect);
  TaskBuilder task(draw, "matvec");
  const MatVec m = draw_operands(task);
  const std::size_t channel = m.outputs.size() - 1;
  const DrawnFinish finish = draw_finish(task, m.out_shape, m.out_index, channel, 0.3);
  const Written reference = finish.reference(m.operation);
  task.output(m.out_shape);
  task.returns(reference.text, reference.statements);
  const Nest nest = nest_of(m, finish);
  if (dialect == Dialect::kCpp && m.contiguous && draw.chance(0.2))
    return finished(task, four_sums(task, m, nest.finish), "sixteen_sums");
  const Rendered rendered = render(draw, task, nest, dialect);
  return finished(task, rendered.code, rendered.variant);
}

}  // namespace vegttt::pretrain
