// x divided by (or freed of) a statistic along one axis or of everything: L1, L2, RMS, largest
// value, mean.
#include "families.h"
#include "nest.h"
#include "vegttt/core/text.h"

namespace vegttt::pretrain {
namespace {

struct Statistic {
  std::vector<const char*> torch;  // $x data, $d axis, $e a small number
  std::vector<const char*> whole;  // of the whole tensor
  Combine combine;
  const char* term;   // of v
  const char* value;  // of acc; $n is the number of elements
  bool needs_square_name;
};

const std::vector<Statistic>& statistics() {
  static const std::vector<Statistic> all = {
      {{"torch.mean(torch.abs($x), dim=$d, keepdim=True)",
        "torch.mean(torch.abs($x), dim=[$d], keepdim=True)"},
       {"torch.mean(torch.abs($x))"},
       Combine::kSum,
       "fabsf($v)",
       "acc / $n",
       false},
      {{"torch.sum(torch.abs($x), dim=$d, keepdim=True)",
        "torch.norm($x, p=1, dim=[$d], keepdim=True)"},
       {"torch.sum(torch.abs($x))"},
       Combine::kSum,
       "fabsf($v)",
       "acc",
       false},
      {{"torch.norm($x, p=2, dim=[$d], keepdim=True)",
        "torch.norm($x, p=2, dim=[$d], keepdim=True)",
        "torch.sqrt(torch.sum($x ** 2, dim=$d, keepdim=True))"},
       {"torch.norm($x)", "torch.norm($x)", "torch.sqrt(torch.sum($x ** 2))"},
       Combine::kSum,
       "$v * $v",
       "sqrtf(acc)",
       true},
      {{"torch.sqrt(torch.mean($x ** 2, dim=$d, keepdim=True) + $e)"},
       {"torch.sqrt(torch.mean($x ** 2) + $e)"},
       Combine::kSum,
       "$v * $v",
       "sqrtf(acc / $n + $ef)",
       true},
      {{"torch.sqrt(torch.mean($x ** 2, dim=$d, keepdim=True) + $e)"},
       {"torch.sqrt(torch.mean($x ** 2) + $e)"},
       Combine::kSum,
       "$v * $v",
       "sqrtf(acc / $n + $ef)",
       true},
      {{"torch.amax(torch.abs($x), dim=[$d], keepdim=True)"},
       {"torch.max(torch.abs($x))"},
       Combine::kMax,
       "fabsf($v)",
       "acc",
       false},
      {{"torch.mean($x, dim=$d, keepdim=True)", "torch.mean($x, dim=[$d], keepdim=True)"},
       {"torch.mean($x)"},
       Combine::kSum,
       "$v",
       "acc / $n",
       false},
  };
  return all;
}

constexpr std::size_t kMeanStatistic = 6;

// How the statistic meets the data, in both languages; $s is the statistic.
struct Meeting {
  const char *torch, *stat,
      *code;  // `stat`: applied to the statistic before the loop, `code` inside it
};

const std::vector<Meeting>& divisions() {
  static const std::vector<Meeting> all = {
      {"$x / $s", "$s", "$v / f"},
      {"$x / $s", "1.0f / ($s)", "$v * f"},
      {"$x / $s", "$s", "$v / f"},
      {"$x / ($s + $e)", "$s + $ef", "$v / f"},
      {"$x / ($s + $e)", "1.0f / ($s + $ef)", "$v * f"},
      {"$x / torch.clamp($s, min=$e)", "std::max($s, $ef)", "$v / f"}};
  return all;
}

const std::vector<Meeting>& subtractions() {
  static const std::vector<Meeting> all = {{"$x - $s", "$s", "$v - f"}};
  return all;
}

using Values = std::vector<std::pair<std::string, std::string>>;

std::string filled(std::string text, const Values& values) {
  for (const auto& [name, value] : values) text = core::replace_all(std::move(text), name, value);
  return text;
}

struct Plan {
  Axes axes;
  int axis = -1;  // -1: everything
  std::string x;
  std::string count;  // elements behind one statistic
  Statistic statistic;
  Meeting meeting;
  std::string eps;
  Finish finish;
};

std::string term_of(const Plan& plan, const std::string& load, std::vector<std::string>* first) {
  if (!plan.statistic.needs_square_name) return filled(plan.statistic.term, {{"$v", load}});
  first->push_back("const float v = " + load + ";");
  return "v * v";
}

std::string statistic_code(const Plan& plan, const std::string& acc, Dialect dialect) {
  std::string value = core::replace_all(plan.statistic.value, "acc", acc);
  value = filled(plan.meeting.stat, {{"$s", value}});
  return for_dialect(filled(value, {{"$n", grouped(plan.count)}, {"$ef", plan.eps + "f"}}),
                     dialect);
}

// The store of one element, given where it lies and the name of the applied statistic.
std::vector<std::string> store(const Plan& plan,
                               const std::string& load,
                               const std::string& target,
                               const std::string& f,
                               Dialect dialect) {
  std::string value = filled(plan.meeting.code, {{"$v", load}});
  if (f != "f") value = value.substr(0, value.size() - 1) + f;
  const bool alone = !plan.finish.expression.op;
  const Written written = plan.finish.code(alone ? value : "(" + value + ")", dialect);
  std::vector<std::string> lines = written.statements;
  lines.push_back(target + " = " + written.text + ";");
  return lines;
}

void element_loop(Source& source,
                  const std::string& var,
                  const std::string& hi,
                  const std::vector<std::string>& lines) {
  if (lines.size() == 1) {
    source.each(var, "0", hi, lines[0]);
  } else {
    source.loop(var, "0", hi).lines(lines).close();
  }
}

// One statistic at a time: two passes along the axis.
void two_passes(Source& source, const Plan& plan, bool simd, Dialect dialect) {
  const std::string var = plan.axes.vars[static_cast<std::size_t>(plan.axis)], hi = plan.count;
  const std::string load = at(plan.x, plan.axes.vars, plan.axes.names);
  std::vector<std::string> first;
  const std::string term = term_of(plan, load, &first);
  source.line("float acc = " + start_of(plan.statistic.combine) + ";");
  if (simd)
    source.line("#pragma omp simd reduction(" + reduction_sign(plan.statistic.combine) + ":acc)");
  first.push_back(for_dialect(combined(plan.statistic.combine, "acc", term), dialect));
  element_loop(source, var, hi, first);
  source.line("const float f = " + statistic_code(plan, "acc", dialect) + ";");
  if (simd) source.line("#pragma omp simd");
  element_loop(
      source, var, hi, store(plan, load, at("out", plan.axes.vars, plan.axes.names), "f", dialect));
}

std::string serial_or_threads(const TaskBuilder& task,
                              const Plan& plan,
                              Threads threads,
                              bool simd) {
  Source source;
  source.open(task.signature());
  if (threads != Threads::kNone) source.line(threads_pragma(threads));
  for (std::size_t i = 0; i < plan.axes.names.size(); ++i)
    if (static_cast<int>(i) != plan.axis) source.loop(plan.axes.vars[i], "0", plan.axes.names[i]);
  two_passes(source, plan, simd, Dialect::kCpp);
  source.close_to(0);
  return source.text();
}

// The axis is not the last one: statistics of a whole row at once, so that memory is read in order.
std::string row_of_statistics(const TaskBuilder& task, const Plan& plan) {
  const auto& axes = plan.axes;
  const std::size_t last = axes.names.size() - 1, axis = static_cast<std::size_t>(plan.axis);
  const std::string inner = axes.vars[last];
  const std::string load = at(plan.x, axes.vars, axes.names);
  Source source;
  source.open(task.signature());
  const std::size_t outer = axes.names.size() - 2;
  if (outer > 0) source.line(threads_pragma(outer > 1 ? Threads::kCollapse2 : Threads::kOuter));
  for (std::size_t i = 0; i < last; ++i)
    if (i != axis) source.loop(axes.vars[i], "0", axes.names[i]);
  source.line("float acc[" + axes.names[last] + "];");
  source.each(inner,
              "0",
              axes.names[last],
              "acc[" + inner + "] = " + start_of(plan.statistic.combine) + ";");
  source.loop(axes.vars[axis], "0", axes.names[axis]).line("#pragma omp simd");
  std::vector<std::string> first;
  const std::string term = term_of(plan, load, &first);
  first.push_back(combined(plan.statistic.combine, "acc[" + inner + "]", term));
  element_loop(source, inner, axes.names[last], first);
  source.close();
  const std::string element = "acc[" + inner + "]";
  const std::string value = statistic_code(plan, element, Dialect::kCpp);
  if (value != element) source.each(inner, "0", axes.names[last], element + " = " + value + ";");
  source.loop(axes.vars[axis], "0", axes.names[axis]).line("#pragma omp simd");
  element_loop(source,
               inner,
               axes.names[last],
               store(plan, load, at("out", axes.vars, axes.names), element, Dialect::kCpp));
  source.close_to(0);
  return source.text();
}

std::string whole_cpp(const TaskBuilder& task, const Plan& plan, bool threads) {
  Source source;
  source.open(task.signature()).line("float acc = " + start_of(plan.statistic.combine) + ";");
  std::vector<std::string> first;
  const std::string term = term_of(plan, plan.x + "[i]", &first);
  if (threads)
    source.line("#pragma omp parallel for simd reduction(" +
                reduction_sign(plan.statistic.combine) + ":acc)");
  first.push_back(combined(plan.statistic.combine, "acc", term));
  element_loop(source, "i", plan.count, first);
  source.line("const float f = " + statistic_code(plan, "acc", Dialect::kCpp) + ";");
  if (threads) source.line("#pragma omp parallel for simd");
  element_loop(source, "i", plan.count, store(plan, plan.x + "[i]", "out[i]", "f", Dialect::kCpp));
  source.close_to(0);
  return source.text();
}

std::string axis_cuda(const TaskBuilder& task, const Plan& plan) {
  std::vector<Loop> outer;
  std::vector<std::string> extents;
  for (std::size_t i = 0; i < plan.axes.names.size(); ++i) {
    if (static_cast<int>(i) == plan.axis) continue;
    outer.push_back({plan.axes.vars[i], "0", plan.axes.names[i], {}});
    extents.push_back(plan.axes.names[i]);
  }
  const std::string total = product(extents);
  const std::string var = outer.size() == 1 ? outer[0].var : "idx";
  Source body(1);
  body.line("const int64_t " + var + " = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
  body.line("if (" + var + " >= " + total + ") return;");
  if (outer.size() > 1) decompose(body, "idx", outer);
  two_passes(body, plan, false, Dialect::kCuda);
  return cuda_program(task, body, total, 256);
}

// One block per statistic, the axis spread over its threads.
std::string axis_cuda_block(const TaskBuilder& task, const Plan& plan) {
  std::vector<Loop> outer;
  std::vector<std::string> extents;
  for (std::size_t i = 0; i < plan.axes.names.size(); ++i) {
    if (static_cast<int>(i) == plan.axis) continue;
    outer.push_back({plan.axes.vars[i], "0", plan.axes.names[i], {}});
    extents.push_back(plan.axes.names[i]);
  }
  const std::string k = plan.axis < 0 ? "i" : plan.axes.vars[static_cast<std::size_t>(plan.axis)];
  const std::string load =
      plan.axis < 0 ? plan.x + "[i]" : at(plan.x, plan.axes.vars, plan.axes.names);
  const std::string target = plan.axis < 0 ? "out[i]" : at("out", plan.axes.vars, plan.axes.names);
  Source body(1);
  body.line("__shared__ float part[256];");
  if (plan.axis >= 0 && outer.size() == 1)
    body.line("const int64_t " + outer[0].var + " = blockIdx.x;");
  if (plan.axis >= 0 && outer.size() > 1)
    body.line("const int64_t idx = blockIdx.x;"), decompose(body, "idx", outer);
  body.line("float acc = " + start_of(plan.statistic.combine) + ";");
  std::vector<std::string> first;
  const std::string term = term_of(plan, load, &first);
  body.open(for_head(k, "threadIdx.x", plan.count, "256")).lines(first);
  body.line(for_dialect(combined(plan.statistic.combine, "acc", term), Dialect::kCuda)).close();
  body.line("part[threadIdx.x] = acc;").line("__syncthreads();");
  body.open("for (int s = 128; s > 0; s /= 2)");
  body.line(
      "if (threadIdx.x < s) " +
      for_dialect(combined(plan.statistic.combine, "part[threadIdx.x]", "part[threadIdx.x + s]"),
                  Dialect::kCuda));
  body.line("__syncthreads();").close();
  body.line("const float f = " + statistic_code(plan, "part[0]", Dialect::kCuda) + ";");
  body.open(for_head(k, "threadIdx.x", plan.count, "256"))
      .lines(store(plan, load, target, "f", Dialect::kCuda))
      .close();
  const std::string blocks = plan.axis < 0 ? "1" : product(extents);
  return "__global__ void kernel(" + task.parameters() + ") {\n" + body.text() + "}\n" +
         task.signature() + " {\n  kernel<<<" + blocks + ", 256>>>(" + task.arguments() + ");\n}\n";
}

}  // namespace

Drawn draw_norm(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "norm");
  Plan plan;
  const int rank = 2 + static_cast<int>(draw.weighted({0.45, 0.2, 0.35}));
  plan.axes = draw_axes(task, rank, 1 << 20);
  const bool whole = draw.chance(0.18);
  plan.axis = whole ? -1 : static_cast<int>(draw.chance(0.6) ? 1 : draw.below(rank));
  plan.count =
      whole ? product(plan.axes.names) : plan.axes.names[static_cast<std::size_t>(plan.axis)];
  plan.x = task.input("data", plan.axes.names);
  plan.eps = draw.pick({"1e-05", "1e-05", "1e-06", "1e-08", "1e-12", "0.001"});
  const std::size_t which =
      static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(statistics().size())));
  plan.statistic = statistics()[which];
  plan.meeting = which == kMeanStatistic ? subtractions()[0] : draw.pick(divisions());
  const auto& spellings = whole ? plan.statistic.whole : plan.statistic.torch;
  std::string reference = filled(plan.meeting.torch, {{"$s", draw.pick(spellings)}});
  std::vector<std::string> statements;
  if (draw.chance(0.2)) {  // the statistic by name
    const std::string name = draw.pick({"norm", "scale_x", "s", "denom"});
    statements.push_back(
        name + " = " +
        filled(draw.pick(spellings),
               {{"$x", plan.x}, {"$d", std::to_string(plan.axis)}, {"$e", plan.eps}}));
    reference = filled(plan.meeting.torch, {{"$s", name}});
  }
  reference =
      filled(reference, {{"$x", plan.x}, {"$d", std::to_string(plan.axis)}, {"$e", plan.eps}});
  const DrawnFinish finish = draw_finish(task,
                                         plan.axes.names,
                                         plan.axes.vars,
                                         plan.axis < 0 ? 1 : static_cast<std::size_t>(plan.axis),
                                         whole ? 0.45 : 0.4);
  if (whole && finish.leaves.size() > 1) return finished(task, "", "");
  const Written written =
      finish.reference(finish.expression.op ? "(" + reference + ")" : reference);
  statements.insert(statements.end(), written.statements.begin(), written.statements.end());
  task.output(plan.axes.names);
  task.returns(written.text, statements);
  plan.finish = {finish.expression, finish.leaves, "", ""};

  if (dialect == Dialect::kCuda) {
    if (whole || draw.chance(0.5)) return finished(task, axis_cuda_block(task, plan), "cuda_block");
    return finished(task, axis_cuda(task, plan), "cuda_points");
  }
  if (whole) {
    const bool threads = draw.chance(0.8);
    return finished(
        task, whole_cpp(task, plan, threads), threads ? "whole_threads" : "whole_serial");
  }
  const bool last = plan.axis + 1 == rank;
  if (!last && draw.chance(0.5))
    return finished(task, row_of_statistics(task, plan), "row_statistics");
  const bool serial = draw.chance(0.12);
  const Threads threads = serial                         ? Threads::kNone
                          : rank > 2 && draw.chance(0.5) ? Threads::kCollapse2
                                                         : Threads::kOuter;
  const bool simd = last && draw.chance(0.6);
  return finished(task,
                  serial_or_threads(task, plan, threads, simd),
                  std::string(serial ? "serial" : "two_passes") + (simd ? "_simd" : ""));
}

}  // namespace vegttt::pretrain
