// Losses that end in one number: a pointwise term summed or averaged over everything, or a value
// per row first.
#include "families.h"
#include "nest.h"
#include "vegttt/core/text.h"

namespace vegttt::pretrain {
namespace {

// Pointwise losses: $p predictions, $t targets.
struct Term {
  const char* torch;              // pointwise text, or a call with its own reduction in `call`
  const char* call;               // "" or the aten operator; $r is 1 (mean) or 2 (sum)
  std::vector<const char*> code;  // statements, the last one an expression
  tasks::Structure predictions, targets;
  double weight;
};

const std::vector<Term>& terms() {
  using tasks::Structure;
  static const std::vector<Term> all = {
      {"($p - $t) ** 2",
       "",
       {"const float v = $P - $T;", "v * v"},
       Structure::kNone,
       Structure::kNone,
       4},
      {"($p - $t) ** 2",
       "torch.mse_loss($p, $t, reduction=$r)",
       {"const float v = $P - $T;", "v * v"},
       Structure::kNone,
       Structure::kNone,
       1},
      {"torch.abs($p - $t)", "", {"fabsf($P - $T)"}, Structure::kNone, Structure::kNone, 3},
      {"torch.clamp(1 - $p * $t, min=0)",
       "",
       {"std::max(1.0f - $P * $T, 0.0f)"},
       Structure::kNone,
       Structure::kSign,
       3},
      {"torch.clamp(1 - $p * $t, min=0) ** 2",
       "",
       {"const float v = std::max(1.0f - $P * $T, 0.0f);", "v * v"},
       Structure::kNone,
       Structure::kSign,
       1},
      {"torch.log(1 + torch.exp(-$p * $t))",
       "",
       {"log1pf(expf(-$P * $T))"},
       Structure::kNone,
       Structure::kSign,
       1},
      {"",
       "torch.smooth_l1_loss($p, $t, reduction=$r)",
       {"const float v = fabsf($P - $T);", "v < 1.0f ? 0.5f * v * v : v - 0.5f"},
       Structure::kNone,
       Structure::kNone,
       3},
      {"",
       "torch.huber_loss($p, $t, reduction=$r, delta=1.0)",
       {"const float v = fabsf($P - $T);", "v < 1.0f ? 0.5f * v * v : v - 0.5f"},
       Structure::kNone,
       Structure::kNone,
       1},
      {"",
       "torch.kl_div(torch.log($p), $t, reduction=$r)",
       {"$T * (logf($T) - logf($P))"},
       Structure::kProbabilities,
       Structure::kProbabilities,
       3},
      {"",
       "torch.kl_div($p, $t, reduction=$r)",
       {"$T * (logf($T) - $P)"},
       Structure::kLogProbabilities,
       Structure::kProbabilities,
       2},
      {"-$t * torch.log($p)",
       "",
       {"-$T * logf($P)"},
       Structure::kProbabilities,
       Structure::kProbabilities,
       1.5},
      {"torch.log(torch.cosh($p - $t))",
       "",
       {"logf(coshf($P - $T))"},
       Structure::kNone,
       Structure::kNone,
       1},
      {"$p * $t", "", {"$P * $T"}, Structure::kNone, Structure::kNone, 1},
      {"torch.exp($p) - $t * $p",
       "",
       {"const float v = $P;", "expf(v) - $T * v"},
       Structure::kNone,
       Structure::kPositive,
       1},
  };
  return all;
}

std::string filled(std::string text,
                   const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) text = core::replace_all(std::move(text), name, value);
  return text;
}

// All elements into one number by the block-wise tree, then one block adds the parts.
std::string cuda_total(const TaskBuilder& task,
                       const std::string& count,
                       const std::vector<std::string>& lines,
                       const std::string& term,
                       const Finish& finish) {
  Source body(1);
  body.line("__shared__ float part[1024];").line("float acc = 0.0f;");
  body.open(for_head("i", "threadIdx.x", count, "1024"))
      .lines(lines)
      .line("acc += " + term + ";")
      .close();
  body.line("part[threadIdx.x] = acc;").line("__syncthreads();");
  body.open("for (int s = 512; s > 0; s /= 2)")
      .line("if (threadIdx.x < s) part[threadIdx.x] += part[threadIdx.x + s];");
  body.line("__syncthreads();").close();
  const Written value = finish.code("part[0]", Dialect::kCuda);
  if (value.statements.empty()) {
    body.line("if (threadIdx.x == 0) out[0] = " + value.text + ";");
  } else {
    body.open("if (threadIdx.x == 0)")
        .lines(value.statements)
        .line("out[0] = " + value.text + ";")
        .close();
  }
  return "__global__ void kernel(" + task.parameters() + ") {\n" + body.text() + "}\n" +
         task.signature() + " {\n  kernel<<<1, 1024>>>(" + task.arguments() + ");\n}\n";
}

std::string cpp_total(const TaskBuilder& task,
                      const std::vector<Loop>& loops,
                      const std::vector<std::string>& lines,
                      const std::string& term,
                      const Finish& finish,
                      const std::string& pragma,
                      bool exact) {
  Source source;
  source.open(task.signature()).line(exact ? "double acc = 0.0;" : "float acc = 0.0f;");
  if (!pragma.empty()) source.line(pragma);
  for (std::size_t i = 0; i + 1 < loops.size(); ++i) source.loop(loops[i].var, "0", loops[i].hi);
  if (lines.empty()) {
    source.each(loops.back().var, "0", loops.back().hi, "acc += " + term + ";");
  } else {
    source.loop(loops.back().var, "0", loops.back().hi)
        .lines(lines)
        .line("acc += " + term + ";")
        .close();
  }
  source.close_to(1);
  const Written value = finish.code(exact ? "(float)acc" : "acc", Dialect::kCpp);
  source.lines(value.statements).line("out[0] = " + value.text + ";").close_to(0);
  return source.text();
}

}  // namespace

Drawn draw_loss(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "loss");
  std::vector<double> weights;
  for (const auto& term : terms()) weights.push_back(term.weight);
  const Term& term = terms()[draw.weighted(weights)];
  const int rank = 1 + static_cast<int>(draw.weighted({0.1, 0.75, 0.15}));
  const Axes axes = draw_axes(task, rank, 1 << 20);
  const bool row_targets = rank == 2 && term.targets == tasks::Structure::kSign && draw.chance(0.5);
  const std::string p = task.input("prediction", axes.names);
  if (term.predictions != tasks::Structure::kNone) task.structure(term.predictions);
  const std::vector<std::string> target_shape =
      row_targets ? std::vector{axes.names[1]} : axes.names;
  const std::string t = task.input("target", target_shape);
  if (term.targets != tasks::Structure::kNone) task.structure(term.targets);
  const bool weighted = term.call[0] == '\0' && draw.chance(0.15);
  const std::string w =
      weighted ? task.named_input(draw.pick({"weights", "sample_weight", "importance"}), axes.names)
               : "";
  const bool mean = draw.chance(0.6), per_batch = !mean && rank > 1 && draw.chance(0.4);
  const std::string total = product(axes.names);
  std::string reference;
  if (term.call[0] != '\0') {
    reference = filled(term.call, {{"$p", p}, {"$t", t}, {"$r", mean ? "1" : "2"}});
    if (mean && draw.chance(0.4))
      reference =
          filled(core::replace_all(term.call, ", reduction=$r", ""), {{"$p", p}, {"$t", t}});
  } else {
    const std::string inside = filled(term.torch, {{"$p", p}, {"$t", t}});
    reference = std::string(mean ? "torch.mean(" : "torch.sum(") +
                (weighted ? w + " * (" + inside + ")" : inside) + ")";
  }
  if (per_batch) reference += " / " + p + ".size(0)";
  DrawnFinish finish;
  finish.expression =
      draw.chance(0.5) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0), true);
  const Written written =
      finish.reference(finish.expression.op && per_batch ? "(" + reference + ")" : reference);
  task.output({});
  task.returns(written.text, written.statements);

  Finish last{finish.expression, finish.leaves, mean ? total : per_batch ? axes.names[0] : "", ""};
  const bool nested = row_targets || (rank > 1 && draw.chance(0.25));
  std::vector<Loop> loops = {{"i", "0", total, {}}};
  std::string P = p + "[i]", T = t + "[i]", W = w + "[i]";
  if (nested && dialect == Dialect::kCpp) {
    loops.clear();
    for (std::size_t i = 0; i < axes.names.size(); ++i)
      loops.push_back({axes.vars[i], "0", axes.names[i], {}});
    P = at(p, axes.vars, axes.names);
    T = row_targets ? t + "[" + axes.vars[1] + "]" : at(t, axes.vars, axes.names);
    W = at(w, axes.vars, axes.names);
  } else if (row_targets) {
    T = t + "[i % " + axes.names[1] + "]";
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i + 1 < term.code.size(); ++i)
    lines.push_back(for_dialect(filled(term.code[i], {{"$P", P}, {"$T", T}}), dialect));
  std::string value = for_dialect(filled(term.code.back(), {{"$P", P}, {"$T", T}}), dialect);
  if (weighted) value = W + " * (" + value + ")";
  if (dialect == Dialect::kCuda)
    return finished(task, cuda_total(task, total, lines, value, last), "cuda_total");
  const bool serial = draw.chance(0.15), simd = draw.chance(0.6) && loops.size() == 1,
             exact = draw.chance(0.2);
  std::string pragma = serial ? ""
                       : simd ? "#pragma omp parallel for simd reduction(+:acc)"
                              : "#pragma omp parallel for reduction(+:acc)";
  if (loops.size() > 1 && !serial && draw.chance(0.4))
    pragma = "#pragma omp parallel for collapse(2) reduction(+:acc)";
  return finished(task,
                  cpp_total(task, loops, lines, value, last, pragma, exact),
                  std::string(serial ? "serial" : "threads") + (simd ? "_simd" : "") +
                      (exact ? "_double" : ""));
}

namespace {

struct RowLoss {
  std::vector<std::string> lines;  // of one row, ending in a value named by `value`
  std::string value;
};

// Lines that add `term` up over j into `name`.
void add_sum(std::vector<std::string>* lines,
             const std::string& name,
             const std::string& cols,
             const std::string& term) {
  lines->push_back("float " + name + " = 0.0f;");
  lines->push_back(for_head("j", "0", cols) + " " + name + " += " + term + ";");
}

}  // namespace

// One value per row (cross entropy, triplet margin, cosine), then the mean, the sum, or all of
// them.
Drawn draw_row_loss(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "loss");
  const auto kind = draw.weighted({0.45, 0.3, 0.25});
  const std::string R =
      task.dim("ROWS", {"BATCH", "B", "N"}, draw_size(draw, 512), draw_tiny(draw));
  RowLoss row;
  std::string reference;
  bool rows_kept = false;  // output per row
  bool mean = true;
  const auto load = [&](const std::string& name, const std::string& cols) {
    return name + "[i * " + cols + " + j]";
  };
  if (kind == 0) {
    const std::string C = task.dim(
        "CLASSES", {"C", "VOCAB", "COLS", "K"}, draw_size(draw, 1024), draw.between(5, 17));
    const std::string p = task.input("prediction", {R, C}), t = task.input("target", {R});
    task.dtype(tasks::DType::kInt64);
    task.structure(tasks::Structure::kClassIndex);
    task.last().classes = C;
    const auto reduction = draw.weighted({0.5, 0.25, 0.25});
    mean = reduction == 0;
    rows_kept = reduction == 2;
    reference = "torch.cross_entropy_loss(" + p + ", " + t +
                (mean        ? ")"
                 : rows_kept ? ", reduction=0)"
                             : ", reduction=2)");
    row.lines = {"float largest = -INFINITY;",
                 for_head("j", "0", C) + " largest = std::max(largest, " + load(p, C) + ");"};
    add_sum(&row.lines, "sum", C, "expf(" + load(p, C) + " - largest)");
    row.value = "largest + logf(sum) - " + p + "[i * " + C + " + " + t + "[i]]";
  } else if (kind == 1) {
    const std::string C =
        task.dim("COLS", {"DIM", "D", "FEATURES"}, draw_size(draw, 512), draw_tiny(draw));
    const std::string a =
        draw.chance(0.7) ? task.named_input("anchor", {R, C}) : task.input("data", {R, C});
    const std::string p =
        task.named_input(draw.pick({"positive", "positive", "pos", "near"}), {R, C});
    const std::string n =
        task.named_input(draw.pick({"negative", "negative", "neg", "far"}), {R, C});
    const std::string margin = draw.pick({"1.0", "0.5", "2.0", "0.3"});
    mean = draw.chance(0.7);
    reference = "torch.triplet_margin_loss(" + a + ", " + p + ", " + n + ", margin=" + margin +
                (mean ? ")" : ", reduction=2)");
    row.lines = {"float dp = 0.0f, dn = 0.0f;",
                 for_head("j", "0", C) + " {",
                 "  const float v = " + load(a, C) + " - " + load(p, C) + " + 1e-6f;",
                 "  const float u = " + load(a, C) + " - " + load(n, C) + " + 1e-6f;",
                 "  dp += v * v;",
                 "  dn += u * u;",
                 "}"};
    row.value = "std::max(sqrtf(dp) - sqrtf(dn) + " + margin + "f, 0.0f)";
  } else {
    const std::string C =
        task.dim("COLS", {"DIM", "D", "FEATURES"}, draw_size(draw, 512), draw_tiny(draw));
    const std::string p = task.input("prediction", {R, C}), t = task.input("target", {R, C});
    rows_kept = draw.chance(0.4);
    row.lines = {"float dot = 0.0f, pp = 0.0f, tt = 0.0f;",
                 for_head("j", "0", C) + " {",
                 "  const float v = " + load(p, C) + ", u = " + load(t, C) + ";",
                 "  dot += v * u;",
                 "  pp += v * v;",
                 "  tt += u * u;",
                 "}"};
    const std::string similarity = "torch.cosine_similarity(" + p + ", " + t + ", dim=1)";
    const bool complement = draw.chance(0.6);
    row.value = std::string(complement ? "1.0f - " : "") + "dot / (sqrtf(pp) * sqrtf(tt))";
    reference = complement ? "1 - " + similarity : similarity;
    if (!rows_kept)
      reference = "torch.mean(" + reference + ")";
    else if (complement)
      reference = "(" + reference + ")";
  }
  DrawnFinish finish;
  finish.expression =
      draw.chance(0.45) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0), true);
  const Written written = finish.reference(reference);
  task.output(rows_kept ? std::vector{R} : std::vector<std::string>{});
  task.returns(written.text, written.statements);
  for (auto& line : row.lines) line = for_dialect(line, dialect);
  row.value = for_dialect(row.value, dialect);
  const Finish last{finish.expression, finish.leaves, !rows_kept && mean ? R : "", ""};

  if (dialect == Dialect::kCuda) {
    if (!rows_kept)
      return finished(task, cuda_total(task, R, row.lines, row.value, last), "cuda_total");
    Source body(1);
    body.line("const int64_t i = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;")
        .line("if (i >= " + R + ") return;");
    const Written value = last.code("(" + row.value + ")", dialect);
    body.lines(row.lines).lines(value.statements).line("out[i] = " + value.text + ";");
    return finished(task, cuda_program(task, body, R, 64), "cuda_rows");
  }
  const bool serial = draw.chance(0.15);
  Source source;
  source.open(task.signature());
  if (!rows_kept) source.line("float acc = 0.0f;");
  if (!serial)
    source.line(std::string("#pragma omp parallel for") + (rows_kept ? "" : " reduction(+:acc)"));
  source.loop("i", "0", R).lines(row.lines);
  if (rows_kept) {
    const Written value =
        last.code(last.expression.op ? "(" + row.value + ")" : row.value, dialect);
    source.lines(value.statements).line("out[i] = " + value.text + ";").close();
  } else {
    source.line("acc += " + row.value + ";").close();
    const Written value = last.code("acc", dialect);
    source.lines(value.statements).line("out[0] = " + value.text + ";");
  }
  source.close_to(0);
  return finished(task,
                  source.text(),
                  std::string(serial ? "serial" : "threads") + (rows_kept ? "_rows" : "_total"));
}

}  // namespace vegttt::pretrain
