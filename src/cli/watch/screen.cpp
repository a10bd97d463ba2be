#include "watch/screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "vegttt/adapt/budget.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

using records::TaskCounts;
using Lines = std::vector<std::string>;

constexpr int kBarCells = 20;
constexpr int kFixedLines = 22;  // all but trajectory and tasks

void add(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

Lines header(const RunView& view) {
  const auto& config = view.config();
  const auto& ledger = view.ledger();
  std::string time = duration_text(ledger.wall_clock_s);
  if (view.state() == RunState::kRunning && view.seconds_left() >= 0)
    time += ", at most " + duration_text(view.seconds_left()) + " left";
  return {fmt::format("{}  {}", view.path().string(), name_of(view.state())),
          fmt::format("{}  {}  {}  {}  sample seed {}",
                      config.adapt.method,
                      config.evaluate.protocol,
                      config.evaluate.dialect,
                      config.tasks.size,
                      config.seed),
          fmt::format("{} of {} rollouts  {}  {:.0f}k tokens  {} updates  {}",
                      view.done(),
                      view.planned() == 0 ? "?" : std::to_string(view.planned()),
                      time,
                      static_cast<double>(ledger.student_completion_tokens) / 1000,
                      ledger.updates,
                      ledger.attempts > 1 ? fmt::format("attempt {}", ledger.attempts) : "")};
}

// A line per limit of the config.
Lines budget(const RunView& view, bool blocks) {
  Lines lines;
  const auto json = adapt::budget_json(view.config().budget, view.ledger(), "");
  for (const auto& [kind, limit] : json.at("limits").items()) {
    const double most = core::number_of(limit), spent = core::number_of(json.at("spent").at(kind));
    if (most > 0)
      lines.push_back(fmt::format("budget  {:<14} {} {:.0f} of {:.0f}",
                                  kind,
                                  bar(spent / most, kBarCells, blocks),
                                  spent,
                                  most));
  }
  return lines;
}

Lines trajectory(const RunView& view, std::size_t most, bool blocks) {
  const auto& steps = view.trajectory().steps;
  Lines lines = {"", "step  fast_1                       correct  median"};
  const std::size_t first = steps.size() > most ? steps.size() - most : 0;
  for (std::size_t i = first; i < steps.size(); ++i) {
    const auto& step = steps[i];
    const auto median = step.more.find("median_speedup");
    lines.push_back(
        fmt::format("{:>4}  {} {:5.1f} %  {:5.1f} %  {}",
                    step.step_idx,
                    bar(step.aggregate_fast_1(), kBarCells, blocks),
                    100 * step.aggregate_fast_1(),
                    100 * step.aggregate_correct(),
                    median == step.more.end() ? "-" : fmt::format("{:.2f}x", median->second)));
  }
  if (steps.empty()) lines.push_back("      none is complete");
  return lines;
}

Lines funnel(const RunView& view, bool blocks) {
  const int step = view.current_step();
  const Funnel f = view.funnel(step);
  const int all = std::max({1, f.sampled, view.expected_of_a_step()});
  const auto row = [&](const char* stage, int n) {
    return fmt::format(
        "{:<9} {:>5}  {}", stage, n, bar(static_cast<double>(n) / all, kBarCells, blocks));
  };
  Lines lines = {
      "",
      fmt::format("step {}: {} of {} judged{}",
                  step,
                  view.judged(step),
                  view.expected_of_a_step() == 0 ? "?" : std::to_string(view.expected_of_a_step()),
                  view.fresh() == 0 ? "" : fmt::format("; {} fresh ones", view.fresh())),
      row("sampled", f.sampled),
      row("code", f.code),
      row("compiled", f.compiled),
      row("ran", f.ran),
      row("correct", f.correct),
      row("faster", f.faster)};
  return lines;
}

// Ids that end in a number, in the order of their numbers.
Lines tasks_in_order(const RunView& view) {
  Lines ids;
  for (const auto& [task, shares] : view.by_task()) ids.push_back(task);
  std::stable_sort(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
    return std::atoi(a.c_str() + a.rfind('/') + 1) < std::atoi(b.c_str() + b.rfind('/') + 1);
  });
  return ids;
}

// fast_1 by task and step: the newest steps that fit.
Lines task_table(const RunView& view, std::size_t most, int columns) {
  const int last = view.current_step();
  const int fitting = std::max(1, (columns - 14) / 8);
  const int first = std::max(0, last - fitting + 1);
  std::string head = fmt::format("{:<12}", "fast_1");
  for (int step = first; step <= last; ++step) head += fmt::format("{:>8}", step);
  Lines lines = {"", head};
  const Lines ids = tasks_in_order(view);
  for (std::size_t i = 0; i < std::min(most, ids.size()); ++i) {
    const auto& shares = view.by_task().at(ids[i]);
    std::string line = fmt::format("{:<12}", ids[i]);
    for (int step = first; step <= last; ++step) {
      const auto found = shares.find(step);
      line +=
          found == shares.end()
              ? fmt::format("{:>8}", ".")
              : fmt::format("{:>8}", fmt::format("{}/{}", found->second.fast, found->second.of));
    }
    lines.push_back(line);
  }
  if (ids.size() > most) lines.push_back(fmt::format("and {} more tasks", ids.size() - most));
  return lines;
}

Lines last_rollouts(const RunView& view) {
  Lines lines = {"", "last rollouts"};
  for (const auto& one : view.last())
    lines.push_back(fmt::format("{:<20} {:<14} {:>8}  {:>5} tokens",
                                fmt::format("{}/{}/{}", one.step, one.task, one.sample),
                                records::name_of(one.status),
                                one.speedup > 0 ? fmt::format("{:.2f}x", one.speedup) : "-",
                                one.tokens));
  return lines;
}

// Cut after `columns` characters, a character of several bytes counted once.
std::string cropped(const std::string& line, int columns) {
  int shown = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xc0) != 0x80;
    if (begins && ++shown > columns) return line.substr(0, i);
  }
  return line;
}

}  // namespace

std::vector<std::string> screen_of(const RunView& view, const ScreenSize& size) {
  Lines lines = header(view);
  add(lines, budget(view, size.blocks));
  const int left = std::max(2, size.rows - kFixedLines - static_cast<int>(lines.size()) + 3);
  const int tasks = std::min<int>(static_cast<int>(view.by_task().size()), (left + 1) / 2);
  const int steps = std::max(1, left - tasks);
  add(lines, trajectory(view, static_cast<std::size_t>(steps), size.blocks));
  add(lines, funnel(view, size.blocks));
  add(lines, task_table(view, static_cast<std::size_t>(std::max(1, tasks)), size.columns));
  add(lines, last_rollouts(view));
  if (static_cast<int>(lines.size()) > size.rows) lines.resize(static_cast<std::size_t>(size.rows));
  for (auto& line : lines) line = cropped(line, size.columns);
  return lines;
}

}  // namespace vegttt::cli
