#include "progress.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "vegttt/core/log.h"

namespace vegttt::cli {
namespace {

constexpr int kBarCells = 24;
constexpr double kRedrawS = 0.1;

std::string format(const char* pattern, double value) {
  char text[48];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

std::string bar_of(int done, int total) {
  const int full = total == 0 ? 0 : kBarCells * done / total;
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kBarCells - full), '.') + "]";
}

int scored_and_not(const records::StepMetrics& metrics) {
  int all = 0;
  for (const auto& [task, counts] : metrics.tasks) all += counts.n + counts.unscored;
  return all;
}

double number(const records::StepMetrics& metrics, const char* name) {
  const auto found = metrics.more.find(name);
  return found == metrics.more.end() ? 0 : found->second;
}

}  // namespace

std::string step_line(const records::StepMetrics& metrics) {
  using records::TaskCounts;
  return "step " + std::to_string(metrics.step_idx) + "  " + std::to_string(metrics.n_samples()) +
         "/" + std::to_string(scored_and_not(metrics)) + "  compiled" +
         format(" %.0f %%", 100 * metrics.aggregate(&TaskCounts::compiled)) + "  correct" +
         format(" %.0f %%", 100 * metrics.aggregate_correct()) + "  fast_1" +
         format(" %.1f %%", 100 * metrics.aggregate_fast_1()) + "  median" +
         format(" %.2fx", number(metrics, "median_speedup")) + "  " +
         format("%.0fk tokens", number(metrics, "completion_tokens") / 1000);
}

Progress::Progress(const std::string& mode, bool json) : json_(json) {
  lines_ = mode != "none";
  bar_ = mode == "rich" || (mode == "auto" && ::isatty(2) == 1);
}

Progress::~Progress() { clear_bar(); }

void Progress::clear_bar() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
  drawn_ = false;
}

void Progress::progress(int step, adapt::Stage stage, int done, int total) {
  if (step != step_) {
    step_ = step;
    step_watch_ = core::Stopwatch();
  }
  if (!bar_ || (done != total && core::now_s() - drawn_at_s_ < kRedrawS)) return;
  std::cerr << "\r\033[Kstep " << step << "  " << bar_of(done, total) << " " << done << "/" << total
            << "  " << adapt::name_of(stage) << "  " << format("%.0f s", step_watch_.elapsed_s())
            << std::flush;
  drawn_ = true;
  drawn_at_s_ = core::now_s();
}

void Progress::step_done(const records::StepMetrics& metrics) {
  clear_bar();
  if (lines_) core::info(step_line(metrics) + format("  %.0f s", number(metrics, "step_s")));
  if (!json_) return;
  core::Json line = records::to_json(metrics);
  line["event"] = "step";
  std::cout << core::dump_json(line) << std::endl;
}

void Progress::note(const std::string& line) {
  clear_bar();
  core::warn(line);
}

}  // namespace vegttt::cli
