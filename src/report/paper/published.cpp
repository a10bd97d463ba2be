#include "published.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <cstdlib>

#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_paper_data.h"

namespace vegttt::report::paper {
namespace {

const YAML::Node& file() {
  static const YAML::Node node = [] {
    const auto text = paper_data::find_embedded("published.yaml");
    VEGTTT_ASSERT(text, "published.yaml is in the program");
    return YAML::Load(std::string(*text));
  }();
  return node;
}

ByNumber by_number(const YAML::Node& node) { return node ? node.as<ByNumber>() : ByNumber{}; }

Stratum stratum(const YAML::Node& node) { return {node["fast"].as<int>(), node["n"].as<int>()}; }

Counts::OfTasks of_tasks(const YAML::Node& node) {
  return {node["samples"].as<int>(), by_number(node["fast"]), by_number(node["correct"])};
}

Counts read_counts() {
  const YAML::Node node = file()["counts"];
  Counts counts;
  counts.trajectory_samples = node["trajectory"]["samples"].as<int>();
  counts.trajectory = node["trajectory"]["fast"].as<std::map<int, std::vector<int>>>();
  counts.best_of_n_1 = of_tasks(node["best_of_n_subset_1"]);
  counts.best_of_n_2 = of_tasks(node["best_of_n_subset_2"]);
  counts.boa_step_1_subset_2 = of_tasks(node["boa_step_1_subset_2"]);
  counts.boa_step_0_subset_2 = stratum(node["boa_step_0_subset_2"]);
  counts.older_best_of_n = stratum(node["older_best_of_n_subset_1"]);
  counts.older_boa_step_1 = stratum(node["older_boa_step_1_subset_1"]);
  counts.boa = by_number(node["boa"]);
  counts.prompt_only = by_number(node["prompt_only"]);
  counts.feedback = by_number(node["feedback"]);
  counts.seed_samples = node["seed_samples"].as<int>();
  counts.boa_correct = node["boa_correct"].as<int>();
  counts.prompt_only_correct = node["prompt_only_correct"].as<int>();
  counts.feedback_correct = node["feedback_correct"].as<int>();
  counts.seed_42_boa_correct = node["seed_42_boa_correct"].as<int>();
  counts.held_out_fast = node["held_out"]["fast"].as<int>();
  counts.held_out_correct = node["held_out"]["correct"].as<int>();
  counts.held_out_n = node["held_out"]["n"].as<int>();
  counts.rlvr_correct = by_number(node["rlvr_correct"]);
  counts.rlvr_batch = node["rlvr_batch"].as<int>();
  counts.mean_speedup = node["mean_speedup"].as<std::map<std::string, std::vector<double>>>();
  counts.student_tokens = node["student_tokens"].as<std::map<std::string, double>>();
  counts.teacher_tokens = node["teacher_tokens"].as<std::map<std::string, double>>();
  return counts;
}

std::map<std::string, PublishedTable> read_tables() {
  std::map<std::string, PublishedTable> tables;
  for (const auto& entry : file()["tables"]) {
    PublishedTable table;
    table.title = entry.second["title"].as<std::string>();
    table.columns = entry.second["columns"].as<std::vector<std::string>>();
    for (const auto& row : entry.second["rows"]) {
      PublishedRow one{row["cells"].as<std::vector<std::string>>(), {}};
      if (row["see"]) one.see = row["see"].as<std::vector<std::string>>();
      VEGTTT_ASSERT(one.cells.size() == table.columns.size(), "a published row has all columns");
      table.rows.push_back(std::move(one));
    }
    tables[entry.first.as<std::string>()] = std::move(table);
  }
  return tables;
}

// Digits with at most one point behind an optional sign; what follows is the unit.
struct Printed {
  double number = std::nan("");
  int decimals = 0;
  std::string unit;
};

Printed parsed(const std::string& cell) {
  Printed printed;
  char* end = nullptr;
  const double number = std::strtod(cell.c_str(), &end);
  const std::string digits(cell.c_str(), static_cast<const char*>(end));
  if (digits.empty() || digits.find_first_of("eExX") != std::string::npos) return printed;
  printed.unit = end;
  // "320 (step 1)" counts 320; "4, 5, 12" and "80 (KernelBench ...)" are words with digits.
  for (const char* known : {"", "%", "%*", "x", "K", " (step 1)"}) {
    if (printed.unit == known) printed.number = number;
  }
  const auto point = digits.find('.');
  if (point != std::string::npos) printed.decimals = static_cast<int>(digits.size() - point - 1);
  return printed;
}

double scale_of(const std::string& unit) {
  if (unit == "%" || unit == "%*") return 0.01;
  return unit == "K" ? 1000 : 1;
}

}  // namespace

const Counts& counts() {
  static const Counts all = read_counts();
  return all;
}

const PublishedTable& published_table(const std::string& id) {
  static const auto tables = read_tables();
  const auto found = tables.find(id);
  if (found == tables.end()) throw core::InternalError("published.yaml has no " + id);
  return found->second;
}

const std::string& inconsistency(const std::string& key) {
  static const auto all = file()["inconsistencies"].as<std::map<std::string, std::string>>();
  const auto found = all.find(key);
  if (found == all.end()) throw core::InternalError("published.yaml has no inconsistency " + key);
  return found->second;
}

double printed_value(const std::string& cell) {
  const auto printed = parsed(cell);
  return printed.number * scale_of(printed.unit);
}

double printed_unit(const std::string& cell) {
  const auto printed = parsed(cell);
  return std::pow(10, -printed.decimals) * scale_of(printed.unit);
}

}  // namespace vegttt::report::paper
