// Matrix products: plain and transposed operands, batches, products of higher-rank tensors, with
// something behind them.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct Product {
  std::vector<Loop> outer;  // batch axes
  std::string M, N, K;
  std::string a, b;  // loads
  bool a_transposed = false, b_transposed = false;
  std::vector<std::string> out_shape, out_index;
  std::string operation;  // reference text
};

std::string transposed(Draw& draw, const std::string& name, bool matrix) {
  if (matrix) return name + draw.pick({".t()", ".t()", ".t()", ".transpose(0, 1)"});
  return name + draw.pick({".transpose(1, 2)", ".transpose(-2, -1)"});
}

std::string written_product(Draw& draw,
                            const std::string& left,
                            const std::string& right,
                            bool matrices) {
  if (draw.chance(0.8)) return "torch.matmul(" + left + ", " + right + ")";
  return (matrices ? "torch.mm(" : "torch.bmm(") + left + ", " + right + ")";
}

void size_names(TaskBuilder& task, Product& p, std::int64_t m, std::int64_t n, std::int64_t k) {
  Draw& draw = task.draw();
  p.M = task.dim("M", {"P", "ROWS", "R", "I"}, draw_size(draw, m), draw_tiny(draw));
  p.N = task.dim("N", {"Q", "COLS", "J", "OUT"}, draw_size(draw, n), draw_tiny(draw));
  p.K = task.dim("K", {"INNER", "D", "DEPTH", "S"}, draw_size(draw, k), draw_tiny(draw));
}

// [M, K] x [K, N], either operand possibly stored transposed.
Product matrices(TaskBuilder& task) {
  Draw& draw = task.draw();
  Product p;
  size_names(task, p, 256, 256, 256);
  p.a_transposed = draw.chance(0.4);
  p.b_transposed = draw.chance(0.4);
  const std::vector<std::string> a_shape =
      p.a_transposed ? std::vector{p.K, p.M} : std::vector{p.M, p.K};
  const std::vector<std::string> b_shape =
      p.b_transposed ? std::vector{p.N, p.K} : std::vector{p.K, p.N};
  const std::string A = task.input("matrix", a_shape), B = task.input("matrix", b_shape);
  p.a = p.a_transposed ? at(A, {"k", "i"}, a_shape) : at(A, {"i", "k"}, a_shape);
  p.b = p.b_transposed ? at(B, {"j", "k"}, b_shape) : at(B, {"k", "j"}, b_shape);
  p.operation = written_product(draw,
                                p.a_transposed ? transposed(draw, A, true) : A,
                                p.b_transposed ? transposed(draw, B, true) : B,
                                true);
  p.out_shape = {p.M, p.N};
  p.out_index = {"i", "j"};
  return p;
}

// One square matrix against another (or itself transposed), named as structured tasks name them.
Product squares(TaskBuilder& task) {
  Draw& draw = task.draw();
  Product p;
  p.M = p.N = p.K = task.dim("N", {"M", "S", "SIZE", "D"}, draw_size(draw, 384), draw_tiny(draw));
  p.a_transposed = draw.chance(0.2);
  p.b_transposed = draw.chance(0.25);
  const std::vector<std::string> shape = {p.N, p.N};
  const bool symmetric = draw.chance(0.5);
  const std::string A = task.input("matrix", shape);
  if (symmetric) task.structure(tasks::Structure::kSymmetric);
  std::string B = A;
  if (draw.chance(0.85)) {
    B = task.input("matrix", shape);
    if (symmetric && draw.chance(0.7)) task.structure(tasks::Structure::kSymmetric);
  }
  p.a = p.a_transposed ? at(A, {"k", "i"}, shape) : at(A, {"i", "k"}, shape);
  p.b = p.b_transposed ? at(B, {"j", "k"}, shape) : at(B, {"k", "j"}, shape);
  p.operation = written_product(draw,
                                p.a_transposed ? transposed(draw, A, true) : A,
                                p.b_transposed ? transposed(draw, B, true) : B,
                                true);
  p.out_shape = shape;
  p.out_index = {"i", "j"};
  return p;
}

// A batch of products, or a batch against one matrix.
Product batched(TaskBuilder& task) {
  Draw& draw = task.draw();
  Product p;
  const std::string B0 =
      task.dim("BATCH", {"B", "G", "HEADS"}, draw_size(draw, 8), draw.between(2, 4));
  size_names(task, p, 96, 128, 128);
  const bool both = draw.chance(0.55);
  p.a_transposed = draw.chance(0.2);
  p.b_transposed = draw.chance(0.3);
  const std::vector<std::string> a_shape =
      p.a_transposed ? std::vector{B0, p.K, p.M} : std::vector{B0, p.M, p.K};
  std::vector<std::string> b_shape = p.b_transposed ? std::vector{p.N, p.K} : std::vector{p.K, p.N};
  std::vector<std::string> b_index =
      p.b_transposed ? std::vector<std::string>{"j", "k"} : std::vector<std::string>{"k", "j"};
  if (both) b_shape.insert(b_shape.begin(), B0), b_index.insert(b_index.begin(), "b");
  const std::string A = task.input("matrix", a_shape), B = task.input("matrix", b_shape);
  p.a = at(A,
           p.a_transposed ? std::vector<std::string>{"b", "k", "i"}
                          : std::vector<std::string>{"b", "i", "k"},
           a_shape);
  p.b = at(B, b_index, b_shape);
  const std::string left = p.a_transposed ? transposed(draw, A, false) : A;
  const std::string right = p.b_transposed ? transposed(draw, B, !both) : B;
  p.operation = both && draw.chance(0.6) ? "torch.bmm(" + left + ", " + right + ")"
                                         : "torch.matmul(" + left + ", " + right + ")";
  p.outer = {{"b", "0", B0, {}}};
  p.out_shape = {B0, p.M, p.N};
  p.out_index = {"b", "i", "j"};
  return p;
}

// [B, H, W, K] x [K, N] as a product or as einsum.
Product four_axes(TaskBuilder& task) {
  Draw& draw = task.draw();
  Product p;
  const std::string B0 = task.dim("BATCH", {"B", "G"}, draw_size(draw, 2), draw.between(2, 3));
  const std::string H = task.dim("H", {"I", "S", "T"}, draw_size(draw, 16), draw.between(2, 5));
  p.M = task.dim("W", {"J", "M", "R"}, draw_size(draw, 24), draw.between(2, 7));
  p.N = task.dim("N", {"Q", "OUT", "E"}, draw_size(draw, 128), draw_tiny(draw));
  p.K = task.dim("K", {"L", "D", "INNER"}, draw_size(draw, 128), draw_tiny(draw));
  const std::vector<std::string> a_shape = {B0, H, p.M, p.K};
  p.b_transposed = draw.chance(0.3);
  const std::vector<std::string> b_shape =
      p.b_transposed ? std::vector{p.N, p.K} : std::vector{p.K, p.N};
  const std::string A = task.input("matrix", a_shape), B = task.input("matrix", b_shape);
  p.a = at(A, {"b", "h", "i", "k"}, a_shape);
  p.b = p.b_transposed ? at(B, {"j", "k"}, b_shape) : at(B, {"k", "j"}, b_shape);
  if (draw.chance(0.6)) {
    p.operation = std::string("torch.einsum('bijl,") + (p.b_transposed ? "kl" : "lk") +
                  "->bijk', [" + A + ", " + B + "])";
  } else {
    p.operation =
        "torch.matmul(" + A + ", " + (p.b_transposed ? transposed(draw, B, true) : B) + ")";
  }
  p.outer = {{"b", "0", B0, {}}, {"h", "0", H, {}}};
  p.out_shape = {B0, H, p.M, p.N};
  p.out_index = {"b", "h", "i", "j"};
  return p;
}

Nest points_nest(const Product& p, const DrawnFinish& finish) {
  Nest nest;
  nest.outputs = p.outer;
  nest.outputs.push_back({"i", "0", p.M, {}});
  nest.outputs.push_back({"j", "0", p.N, {}});
  nest.out_index = p.out_index;
  nest.out_shape = p.out_shape;
  nest.reductions = {{"k", "0", p.K, {}}};
  nest.term = p.a + " * " + p.b;
  nest.finish = {finish.expression, finish.leaves, "", ""};
  nest.rows_possible = false;
  return nest;
}

Nest rows_nest(const Product& p, const DrawnFinish& finish) {
  Nest nest = points_nest(p, finish);
  nest.reductions[0].first = {"const float a = " + p.a + ";"};
  nest.term = "a * " + p.b;
  return nest;
}

// A tile of 4 x 64 results in registers and the first cache.
std::string tiled(const TaskBuilder& task,
                  const Product& p,
                  const Finish& finish,
                  const std::string& columns) {
  Source source;
  source.open(task.signature());
  source.line("#pragma omp parallel for collapse(" + std::to_string(2 + p.outer.size()) + ")");
  for (const Loop& loop : p.outer) source.loop(loop.var, loop.lo, loop.hi);
  source.loop("i0", "0", p.M, "4").loop("j0", "0", p.N, columns);
  source.line("float tile[4][" + columns + "] = {};");
  source.line("const int64_t i1 = std::min(i0 + 4, " + p.M + "), j1 = std::min(j0 + " + columns +
              ", " + p.N + ");");
  source.loop("k", "0", p.K)
      .loop("i", "i0", "i1")
      .line("const float a = " + p.a + ";")
      .line("#pragma omp simd");
  source.each("j", "j0", "j1", "tile[i - i0][j - j0] += a * " + p.b + ";").close().close();
  source.loop("i", "i0", "i1").loop("j", "j0", "j1");
  const Written value = finish.code("tile[i - i0][j - j0]", Dialect::kCpp);
  source.lines(value.statements)
      .line(at("out", p.out_index, p.out_shape) + " = " + value.text + ";");
  source.close_to(0);
  return source.text();
}

// Four steps of k at a time: a quarter of the traffic on the row.
std::string unrolled_rows(const TaskBuilder& task, const Product& p, const Finish& finish) {
  const auto step = [&](const std::string& load, int by) {
    // k -> (k + by) in an index that uses k as a factor or as the last term
    std::string text;
    for (std::size_t i = 0; i < load.size(); ++i) {
      const bool alone = load[i] == 'k' && !std::isalnum(static_cast<unsigned char>(load[i - 1])) &&
                         load[i - 1] != '_' &&
                         !std::isalnum(static_cast<unsigned char>(load[i + 1])) &&
                         load[i + 1] != '_';
      if (!alone || by == 0) {
        text += load[i];
      } else {
        text += load.compare(i + 1, 2, " *") == 0 ? "(k + " + std::to_string(by) + ")"
                                                  : "k + " + std::to_string(by);
      }
    }
    return text;
  };
  Source source;
  source.open(task.signature());
  source.line(threads_pragma(p.outer.empty() ? Threads::kOuter : Threads::kCollapse2));
  for (const Loop& loop : p.outer) source.loop(loop.var, loop.lo, loop.hi);
  std::vector<std::string> start = p.out_index;
  start.back() = "0";
  source.loop("i", "0", p.M).line("float* row = out + " + offset(start, p.out_shape) + ";");
  source.each("j", "0", p.N, "row[j] = 0.0f;").line("int64_t k = 0;");
  source.open("for (; k + 3 < " + p.K + "; k += 4)");
  std::string sum;
  for (int by = 0; by < 4; ++by) {
    source.line("const float a" + std::to_string(by) + " = " + step(p.a, by) + ";");
    sum += (by ? " + a" : "a") + std::to_string(by) + " * " + step(p.b, by);
  }
  source.line("#pragma omp simd").each("j", "0", p.N, "row[j] += " + sum + ";").close();
  source.open("for (; k < " + p.K + "; ++k)").line("const float a = " + p.a + ";");
  source.each("j", "0", p.N, "row[j] += a * " + p.b + ";").close();
  const Written value = finish.code("row[j]", Dialect::kCpp);
  if (value.text != "row[j]") {
    source.loop("j", "0", p.N).lines(value.statements).line("row[j] = " + value.text + ";");
  }
  source.close_to(0);
  return source.text();
}

std::string cuda_tiles(const TaskBuilder& task, const Product& p, const Finish& finish) {
  Source body(1);
  body.line("__shared__ float As[16][16], Bs[16][16];");
  body.line("const int x = threadIdx.x, y = threadIdx.y;");
  body.line("const int64_t i = blockIdx.y * 16 + y, j = blockIdx.x * 16 + x;");
  if (!p.outer.empty()) body.line("const int64_t b = blockIdx.z;");
  body.line("float acc = 0.0f;").loop("k0", "0", p.K, "16");
  const auto load = [](std::string text, const std::string& k) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto word = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
      };
      const bool alone = text[i] == 'k' && !word(text[i - 1]) && !word(text[i + 1]);
      result += alone ? k : std::string(1, text[i]);
    }
    return result;
  };
  body.line("const int64_t ka = k0 + x, kb = k0 + y;");
  body.line("As[y][x] = i < " + p.M + " && ka < " + p.K + " ? " + load(p.a, "ka") + " : 0.0f;");
  body.line("Bs[y][x] = kb < " + p.K + " && j < " + p.N + " ? " + load(p.b, "kb") + " : 0.0f;");
  body.line("__syncthreads();")
      .line("for (int k = 0; k < 16; ++k) acc += As[y][k] * Bs[k][x];")
      .line("__syncthreads();")
      .close();
  body.line("if (i >= " + p.M + " || j >= " + p.N + ") return;");
  const Written value = finish.code("acc", Dialect::kCuda);
  body.lines(value.statements).line(at("out", p.out_index, p.out_shape) + " = " + value.text + ";");
  std::string text = "__global__ void kernel(" + task.parameters() + ") {\n" + body.text() + "}\n" +
                     task.signature() + " {\n";
  const std::string z = p.outer.empty() ? "" : ", " + p.outer[0].hi;
  text += "  const dim3 grid((" + p.N + " + 15) / 16, (" + p.M + " + 15) / 16" + z + ");\n";
  return text + "  kernel<<<grid, dim3(16, 16)>>>(" + task.arguments() + ");\n}\n";
}

Rendered render_product(Draw& draw,
                        const TaskBuilder& task,
                        const Product& p,
                        const DrawnFinish& finish,
                        Dialect dialect) {
  const Nest points = points_nest(p, finish);
  if (dialect == Dialect::kCuda) {
    if (p.outer.size() < 2 && draw.chance(0.5))
      return {cuda_tiles(task, p, points.finish), "cuda_tiles"};
    return render(draw, task, points, dialect);
  }
  if (p.b_transposed)
    return render(draw, task, points, dialect);  // both loads run along k unless A is transposed
  switch (draw.weighted({0.15, 0.4, 0.2, 0.25})) {
    case 0:
      return render(draw, task, points, dialect);
    case 1: {
      Threads threads = p.outer.empty() ? Threads::kOuter : Threads::kCollapse2;
      if (draw.chance(0.1)) threads = Threads::kNone;
      return {render_rows(task, rows_nest(p, finish), threads, false),
              threads == Threads::kNone ? "rows_serial" : "rows"};
    }
    case 2:
      return {tiled(task, p, points.finish, draw.pick({"64", "32", "128"})), "tiled"};
    default:
      return {unrolled_rows(task, p, points.finish), "rows_unrolled"};
  }
}

}  // namespace

Drawn draw_matmul(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "matmul");
  Product p;
  switch (draw.weighted({0.45, 0.15, 0.25, 0.15})) {
    case 0:
      p = matrices(task);
      break;
    case 1:
      p = squares(task);
      break;
    case 2:
      p = batched(task);
      break;
    default:
      p = four_axes(task);
  }
  const DrawnFinish finish =
      draw_finish(task, p.out_shape, p.out_index, p.out_shape.size() - 1, 0.25);
  const Written reference = finish.reference(p.operation);
  task.output(p.out_shape);
  task.returns(reference.text, reference.statements);
  const Rendered rendered = render_product(draw, task, p, finish, dialect);
  return finished(task, rendered.code, rendered.variant);
}

}  // namespace vegttt::pretrain
