// A run: its tables, its state, what it has spent.
#include <fmt/format.h>

#include <iostream>

#include "run_folders.h"
#include "show/views.h"
#include "vegttt/report/tables.h"

namespace vegttt::cli {
namespace {

std::string state_text(const core::fs::path& run, const std::string& method) {
  const RunState state = state_of(run, method);
  if (state == RunState::kRunning) return "running (vegttt watch " + run.string() + ")";
  if (state == RunState::kEnded) return "not finished (vegttt resume " + run.string() + ")";
  return name_of(state);
}

}  // namespace

void show_run(const core::fs::path& folder) {
  const auto run = report::read_run(folder);
  std::cout << folder.string() << ": " << run.method << ", " << state_text(folder, run.method)
            << "\n";
  for (const auto& table : report::tables_of(run)) std::cout << "\n" << report::plain_text(table);
  const auto& spent = run.ledger;
  if (spent.attempts == 0) return;
  std::cout << fmt::format(
      "\nspent  {} rollouts, {} evaluations, {} updates, {} tokens written, {} trained, {:.0f} s "
      "in {} {}\n",
      spent.rollouts,
      spent.evaluations,
      spent.updates,
      spent.student_completion_tokens,
      spent.trained_tokens,
      spent.wall_clock_s,
      spent.attempts,
      spent.attempts == 1 ? "attempt" : "attempts");
}

}  // namespace vegttt::cli
