#include "nest.h"

namespace vegttt::pretrain {

std::string start_of(Combine combine) {
  switch (combine) {
    case Combine::kSum:
      return "0.0f";
    case Combine::kMax:
      return "-INFINITY";
    case Combine::kMin:
      return "INFINITY";
    case Combine::kProduct:
      return "1.0f";
  }
  return "0.0f";
}

std::string combined(Combine combine, const std::string& into, const std::string& term) {
  switch (combine) {
    case Combine::kSum:
      return into + " += " + term + ";";
    case Combine::kMax:
      return into + " = std::max(" + into + ", " + term + ");";
    case Combine::kMin:
      return into + " = std::min(" + into + ", " + term + ");";
    case Combine::kProduct:
      return into + " *= " + (term.find(' ') == std::string::npos ? term : grouped(term)) + ";";
  }
  return "";
}

std::string reduction_sign(Combine combine) {
  switch (combine) {
    case Combine::kSum:
      return "+";
    case Combine::kMax:
      return "max";
    case Combine::kMin:
      return "min";
    case Combine::kProduct:
      return "*";
  }
  return "+";
}

Written Finish::code(const std::string& value, Dialect dialect) const {
  std::vector<std::string> texts = leaves;
  texts[0] = value;
  if (!mean_over.empty()) texts[0] += " / " + grouped(mean_over);
  if (!plus.empty()) texts[0] += " + " + plus;
  if (texts[0] == value) return write_code(expression, texts, dialect);
  if (!expression.op) return {{}, texts[0], Binding::kSum};
  texts[0] = "(" + texts[0] + ")";
  return write_code(expression, texts, dialect);
}

std::string threads_pragma(Threads threads) {
  switch (threads) {
    case Threads::kNone:
      return "";
    case Threads::kOuter:
      return "#pragma omp parallel for";
    case Threads::kCollapse2:
      return "#pragma omp parallel for collapse(2)";
    case Threads::kCollapse3:
      return "#pragma omp parallel for collapse(3)";
    case Threads::kDynamic:
      return "#pragma omp parallel for schedule(dynamic)";
  }
  return "";
}

namespace {

std::string guarded(const std::string& guard, const std::string& statement) {
  return guard.empty() ? statement : "if (" + guard + ") " + statement;
}

// The innermost loop on one line where it holds one statement.
void reduction_loops(Source& source,
                     const std::vector<Loop>& loops,
                     const std::string& statement,
                     bool simd_inner) {
  const int depth = source.depth();
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const Loop& loop = loops[i];
    const bool innermost = i + 1 == loops.size();
    if (innermost && loop.first.empty()) {
      if (simd_inner) source.line("#pragma omp simd " + std::string("reduction(") + "$SIGN:acc)");
      source.each(loop.var, loop.lo, loop.hi, statement);
    } else {
      source.loop(loop.var, loop.lo, loop.hi).lines(loop.first);
      if (innermost) source.line(statement);
    }
  }
  if (loops.empty()) source.line(statement);
  source.close_to(depth);
}

void open_output_loops(Source& source, const std::vector<Loop>& loops, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    source.loop(loops[i].var, loops[i].lo, loops[i].hi).lines(loops[i].first);
}

void store(Source& source, const Nest& nest, const std::string& value, Dialect dialect) {
  const Written last = nest.finish.code(value, dialect);
  source.lines(last.statements)
      .line(at("out", nest.out_index, nest.out_shape) + " = " + last.text + ";");
}

// Everything for one output element.
void point(Source& source, const Nest& nest, bool simd_inner, Dialect dialect) {
  source.lines(nest.output_first).line("float acc = " + start_of(nest.combine) + ";");
  const std::string statement =
      for_dialect(guarded(nest.guard, combined(nest.combine, "acc", nest.term)), dialect);
  Source loops(source.depth());
  reduction_loops(loops, nest.reductions, statement, simd_inner);
  std::string text = loops.text();
  const std::string mark = "$SIGN";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
    text.replace(at, mark.size(), reduction_sign(nest.combine));
  source.raw(text);
  store(source, nest, "acc", dialect);
}

}  // namespace

std::string render_points(const TaskBuilder& task,
                          const Nest& nest,
                          Threads threads,
                          bool simd_inner) {
  Source source;
  source.open(task.signature());
  if (threads != Threads::kNone) source.line(threads_pragma(threads));
  open_output_loops(source, nest.outputs, nest.outputs.size());
  point(source, nest, simd_inner, Dialect::kCpp);
  source.close_to(0);
  return source.text();
}

std::string render_rows(const TaskBuilder& task,
                        const Nest& nest,
                        Threads threads,
                        bool local_row) {
  const Loop& last = nest.outputs.back();
  Source source;
  source.open(task.signature());
  if (threads != Threads::kNone) source.line(threads_pragma(threads));
  open_output_loops(source, nest.outputs, nest.outputs.size() - 1);
  std::vector<std::string> row_start = nest.out_index;
  row_start.back() = "0";
  const bool separate = local_row;
  if (separate) {
    source.line("float row[" + last.hi + "];");
  } else {
    const std::string start = offset(row_start, nest.out_shape);
    source.line("float* row = out" + (start == "0" ? "" : " + " + start) + ";");
  }
  const std::string element = "row[" + last.var + "]";
  source.lines(nest.output_first)
      .each(last.var, "0", last.hi, element + " = " + start_of(nest.combine) + ";");
  const int depth = source.depth();
  for (const Loop& loop : nest.reductions)
    source.loop(loop.var, loop.lo, loop.hi).lines(loop.first);
  std::string statement = combined(nest.combine, element, nest.term);
  if (!nest.guard.empty()) source.open("if (" + nest.guard + ")");
  source.line("#pragma omp simd");
  source.each(last.var,
              nest.row_lo.empty() ? "0" : nest.row_lo,
              nest.row_hi.empty() ? last.hi : nest.row_hi,
              guarded(nest.row_guard, statement));
  source.close_to(depth);
  const Written value = nest.finish.code(element, Dialect::kCpp);
  if (!separate && value.text == element) {
    source.close_to(0);
    return source.text();
  }
  const std::string target = separate ? at("out", nest.out_index, nest.out_shape) : element;
  if (value.statements.empty()) {
    source.each(last.var, "0", last.hi, target + " = " + value.text + ";");
  } else {
    source.loop(last.var, "0", last.hi)
        .lines(value.statements)
        .line(target + " = " + value.text + ";");
  }
  source.close_to(0);
  return source.text();
}

void decompose(Source& source, const std::string& flat, const std::vector<Loop>& loops) {
  // Innermost axis first: j = idx % N, i = idx / N % M, b = idx / (M * N).
  std::vector<std::string> inner;
  for (std::size_t i = loops.size(); i-- > 0;) {
    std::string text = flat;
    if (!inner.empty()) text += " / " + grouped(product(inner));
    if (i > 0) text += " % " + loops[i].hi;
    source.line("const int64_t " + loops[i].var + " = " + text + ";");
    inner.insert(inner.begin(), loops[i].hi);
  }
}

std::string cuda_program(const TaskBuilder& task,
                         const Source& body,
                         const std::string& total,
                         int block) {
  const std::string threads = std::to_string(block);
  std::string text = "__global__ void kernel(" + task.parameters() + ") {\n" + body.text() + "}\n";
  text += task.signature() + " {\n";
  text += "  kernel<<<(" + total + " + " + std::to_string(block - 1) + ") / " + threads + ", " +
          threads + ">>>(" + task.arguments() + ");\n}\n";
  return text;
}

std::string render_cuda_points(const TaskBuilder& task, const Nest& nest, bool stride_loop) {
  std::vector<std::string> extents;
  for (const Loop& loop : nest.outputs) extents.push_back(loop.hi);
  const std::string total = product(extents);
  const std::string first = "blockIdx.x * (int64_t)blockDim.x + threadIdx.x";
  Source body(1);
  const std::string var = nest.outputs.size() == 1 ? nest.outputs[0].var : "idx";
  if (stride_loop) {
    body.open("for (int64_t " + var + " = " + first + "; " + var + " < " + total + "; " + var +
              " += (int64_t)gridDim.x * blockDim.x)");
  } else {
    body.line("const int64_t " + var + " = " + first + ";");
    body.line("if (" + var + " >= " + total + ") return;");
  }
  if (nest.outputs.size() > 1) decompose(body, "idx", nest.outputs);
  for (const Loop& loop : nest.outputs) body.lines(loop.first);
  point(body, nest, false, Dialect::kCuda);
  body.close_to(1);
  return cuda_program(task, body, total, 256);
}

std::string render_cuda_blocks(const TaskBuilder& task, const Nest& nest) {
  std::vector<std::string> extents;
  for (const Loop& loop : nest.outputs) extents.push_back(loop.hi);
  const Loop& loop = nest.reductions[0];
  Source body(1);
  body.line("__shared__ float part[256];");
  if (nest.outputs.size() == 1)
    body.line("const int64_t " + nest.outputs[0].var + " = blockIdx.x;");
  if (nest.outputs.size() > 1) {
    body.line("const int64_t idx = blockIdx.x;");
    decompose(body, "idx", nest.outputs);
  }
  for (const Loop& output : nest.outputs) body.lines(output.first);
  body.lines(nest.output_first).line("float acc = " + start_of(nest.combine) + ";");
  const std::string lo = loop.lo == "0" ? "threadIdx.x" : loop.lo + " + threadIdx.x";
  const std::string statement =
      for_dialect(guarded(nest.guard, combined(nest.combine, "acc", nest.term)), Dialect::kCuda);
  const std::string head = for_head(loop.var, lo, loop.hi, "256");
  if (loop.first.empty()) {
    body.line(head + " " + statement);
  } else {
    body.open(head).lines(loop.first).line(statement).close();
  }
  body.line("part[threadIdx.x] = acc;").line("__syncthreads();");
  body.open("for (int s = 128; s > 0; s /= 2)");
  body.line("if (threadIdx.x < s) " +
            for_dialect(combined(nest.combine, "part[threadIdx.x]", "part[threadIdx.x + s]"),
                        Dialect::kCuda));
  body.line("__syncthreads();").close();
  const Written last = nest.finish.code("part[0]", Dialect::kCuda);
  const std::string target = at("out", nest.out_index, nest.out_shape);
  if (last.statements.empty()) {
    body.line("if (threadIdx.x == 0) " + target + " = " + last.text + ";");
  } else {
    body.open("if (threadIdx.x == 0)")
        .lines(last.statements)
        .line(target + " = " + last.text + ";")
        .close();
  }
  std::string text = "__global__ void kernel(" + task.parameters() + ") {\n" + body.text() + "}\n";
  return text + task.signature() + " {\n  kernel<<<" + product(extents) + ", 256>>>(" +
         task.arguments() + ");\n}\n";
}

Rendered render(Draw& draw, const TaskBuilder& task, const Nest& nest, Dialect dialect) {
  const bool one_sum = nest.reductions.size() == 1 && nest.guard.empty();
  if (dialect == Dialect::kCuda) {
    if (one_sum && draw.chance(0.4)) return {render_cuda_blocks(task, nest), "cuda_blocks"};
    const bool strided = draw.chance(0.2);
    return {render_cuda_points(task, nest, strided), strided ? "cuda_strided" : "cuda_points"};
  }
  const bool rows = nest.rows_possible && nest.outputs.size() >= 2 && !nest.reductions.empty();
  const bool simd =
      nest.guard.empty() && !nest.reductions.empty() && nest.reductions.back().first.empty();
  const std::size_t axes = nest.outputs.size() - (rows ? 1 : 0);
  Threads threads = Threads::kOuter;
  if (axes >= 2 && draw.chance(0.5))
    threads = axes >= 3 && draw.chance(0.3) ? Threads::kCollapse3 : Threads::kCollapse2;
  // Collapsed loops have to nest perfectly.
  for (std::size_t i = 0; i < 2 && i < nest.outputs.size(); ++i)
    if (!nest.outputs[i].first.empty()) threads = Threads::kOuter;
  if (draw.chance(0.12)) return {render_points(task, nest, Threads::kNone, false), "serial"};
  if (rows && draw.chance(0.6)) {
    const bool serial = draw.chance(0.1);
    return {render_rows(task, nest, serial ? Threads::kNone : threads, false),
            serial ? "rows_serial" : "rows"};
  }
  if (simd && draw.chance(0.55)) return {render_points(task, nest, threads, true), "points_simd"};
  return {render_points(task, nest, threads, false), "points"};
}

}  // namespace vegttt::pretrain
