#include "sample_targets.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

namespace vegttt::cli {
namespace {

// transformers' tokens per second for the same work; null when the file does not tell.
core::Json peer_tokens_per_s(const std::string& shape, const std::string& peers) {
  std::ifstream file(peers);
  core::Json found;
  for (std::string line; std::getline(file, line);) {
    const core::Json json = core::Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("tokens_per_s")) continue;
    if (json.value("peer", "") == "transformers.generate" && json.value("shape", "") == shape)
      found = json["tokens_per_s"];
  }
  return found;
}

core::Json or_null(double value) { return value > 0 ? core::Json(value) : core::Json(); }

// null & true is null; anything & false is false.
void require(core::Json& met, const core::Json& value, double limit, bool at_most) {
  if (limit <= 0) return;
  if (value.is_null()) {
    if (met.is_null() || met.get<bool>()) met = nullptr;
  } else if (at_most ? value.get<double>() > limit : value.get<double>() < limit) {
    met = false;
  }
}

std::string text(const core::Json& value, const char* format) {
  return value.is_null() ? "-" : fmt::format(fmt::runtime(format), value.get<double>());
}

std::string promise(const core::Json& target) {
  std::string words;
  const auto add = [&](const char* key, const char* format) {
    if (target[key].is_null()) return;
    words += (words.empty() ? "" : ", ") + text(target[key], format);
  };
  add("step_ms", "<= {:.0f} ms");
  add("bandwidth_share", ">= {:.2f} of the ceiling");
  add("times_peer", ">= {:.0f} x transformers");
  add("memory_gib", "<= {:.0f} GiB");
  return words;
}

}  // namespace

const std::vector<SampleTarget>& sample_targets() {
  static const std::vector<SampleTarget> targets = {
      {"qwen2.5-7b", 0, 0.5, 8, 0},
      {"starter", 1, 0, 40, 0},
      {"gpt-oss-20b", 12, 0, 40, 0},
      {"gpt-oss-120b", 0, 0.45, 0, 79},
  };
  return targets;
}

core::Json against(const SampleTarget& target, core::Json measured, const std::string& peers) {
  const core::Json peer = peer_tokens_per_s(target.shape, peers);
  measured["peer_tokens_per_s"] = peer;
  measured["times_peer"] =
      peer.is_null() ? core::Json()
                     : core::Json(measured["tokens_per_s"].get<double>() / peer.get<double>());
  measured["target"] = {{"step_ms", or_null(target.step_ms)},
                        {"bandwidth_share", or_null(target.bandwidth_share)},
                        {"times_peer", or_null(target.times_peer)},
                        {"memory_gib", or_null(target.memory_gib)}};
  core::Json met = true;
  require(met, measured["step_ms"], target.step_ms, true);
  require(met, measured["bandwidth_share"], target.bandwidth_share, false);
  require(met, measured["times_peer"], target.times_peer, false);
  require(met, measured["peak_memory_bytes"], target.memory_gib * (1 << 30), true);
  measured["met"] = met;
  return measured;
}

void print_target(const core::Json& row, bool first) {
  if (first)
    std::cout << fmt::format("{:<14}{:>9}{:>11}{:>9}{:>8}{:>9}  {:<5}{}\n",
                             "shape",
                             "ms/step",
                             "tokens/s",
                             "ceiling",
                             "x peer",
                             "GiB",
                             "met",
                             "promised");
  const core::Json& met = row["met"];
  std::cout << fmt::format(
                   "{:<14}{:>9}{:>11}{:>8}%{:>8}{:>9}  {:<5}{}\n",
                   row["model"].get<std::string>(),
                   text(row["step_ms"], "{:.3f}"),
                   text(row["tokens_per_s"], "{:.0f}"),
                   fmt::format("{:.1f}", 100 * row["bandwidth_share"].get<double>()),
                   text(row["times_peer"], "{:.1f}"),
                   fmt::format("{:.1f}", row["peak_memory_bytes"].get<double>() / (1 << 30)),
                   met.is_null()     ? "?"
                   : met.get<bool>() ? "yes"
                                     : "no",
                   promise(row["target"]))
            << std::flush;
}

}  // namespace vegttt::cli
