// The arrows between areas go one way (docs/architecture.md has the same table for people).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Areas = std::set<std::string>;

// What each area may include besides itself.
const std::map<std::string, Areas>& allowed() {
  static const Areas low = {"core", "records", "config"};
  static const auto with = [](Areas base, const Areas& more) {
    base.insert(more.begin(), more.end());
    return base;
  };
  static const std::map<std::string, Areas> table = {
      {"core", {}},
      {"records", {"core"}},
      {"config", {"core", "records"}},
      {"tensors", {"core"}},
      {"runner", {}},
      {"tasks", with(low, {"tensors"})},
      {"scaffold", with(low, {"tasks"})},
      {"evaluate", with(low, {"tensors", "tasks", "scaffold", "runner"})},
      {"policy", with(low, {"tensors"})},
      {"learn", with(low, {"tensors", "policy"})},
      {"adapt", with(low, {"tasks", "scaffold", "evaluate", "policy", "learn"})},
      {"experiment", with(low, {"tasks", "scaffold", "evaluate", "policy", "learn", "adapt"})},
      {"report", low},
      {"pretrain", with(low, {"tensors", "tasks", "scaffold", "evaluate", "policy", "learn"})},
  };
  return table;
}

std::vector<fs::path> sources_below(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".h" || extension == ".cpp" || extension == ".cu")
      found.push_back(entry.path());
  }
  return found;
}

std::vector<std::string> includes_of(const fs::path& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s+["<]([^">]+)[">])");
  std::vector<std::string> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) found.push_back(match[1]);
  }
  return found;
}

std::string area_of_include(const std::string& include) {
  static const std::regex pattern(R"(^vegttt/(\w+)/)");
  std::smatch match;
  return std::regex_search(include, match, pattern) ? match[1].str() : "";
}

std::vector<fs::path> sources_of(const std::string& area) {
  const fs::path root = VEGTTT_SOURCE_DIR;
  auto files = sources_below(root / "src" / area);
  const auto headers = sources_below(root / "include" / "vegttt" / area);
  files.insert(files.end(), headers.begin(), headers.end());
  return files;
}

}  // namespace

TEST(IncludeRules, ArrowsBetweenAreasGoOneWay) {
  for (const auto& [area, may] : allowed()) {
    for (const auto& file : sources_of(area)) {
      for (const auto& include : includes_of(file)) {
        const std::string other = area_of_include(include);
        if (other.empty() || other == area) continue;
        EXPECT_TRUE(may.count(other)) << file << " may not include " << include;
      }
    }
  }
}

TEST(IncludeRules, EveryAreaIsListed) {
  for (const auto& entry : fs::directory_iterator(fs::path(VEGTTT_SOURCE_DIR) / "src")) {
    if (!entry.is_directory()) continue;
    const std::string area = entry.path().filename();
    EXPECT_TRUE(area == "cli" || allowed().count(area)) << "src/" << area << " has no rule";
  }
}

TEST(IncludeRules, AreasWithoutLibTorchStaySo) {
  for (const char* area : {"core", "records", "config", "scaffold", "report", "runner"}) {
    for (const auto& file : sources_of(area)) {
      for (const auto& include : includes_of(file)) {
        const bool torch = include.starts_with("ATen/") || include.starts_with("torch/") ||
                           include.starts_with("c10/");
        EXPECT_FALSE(torch) << file << " includes " << include;
      }
    }
  }
}

TEST(IncludeRules, DeviceCodeIncludesNothingOfTheHost) {
  for (const auto& file : sources_below(fs::path(VEGTTT_SOURCE_DIR) / "kernels")) {
    for (const auto& include : includes_of(file)) {
      EXPECT_TRUE(area_of_include(include).empty()) << file << " includes " << include;
    }
  }
}
