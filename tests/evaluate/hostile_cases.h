// The candidates of kernels/hostile with what their first lines say about them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {

struct HostileCase {
  std::string name;  // of the file, without the extension
  std::string task;  // "L1/19"
  std::vector<std::string>
      expected;  // statuses, any of which is right; "correct" stands for slow, fast
  std::string code;
};

inline std::vector<HostileCase> hostile_cases(const std::string& dialect = "cpp") {
  static const std::regex header("// task: (\\S+)  expect: (\\S+)\n// why: .+\n[^]*");
  std::vector<HostileCase> cases;
  const core::fs::path folder = core::fs::path(VEGTTT_SOURCE_DIR) / "kernels/hostile" / dialect;
  for (const auto& entry : core::fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".md") continue;
    const std::string code = core::read_file(entry.path());
    std::smatch found;
    if (!std::regex_match(code, found, header))
      throw std::runtime_error("no header in " + entry.path().string());
    HostileCase one{entry.path().stem(), found[1], {}, code};
    const std::string expected = found[2];
    for (const auto status : core::split(expected, '|')) one.expected.emplace_back(status);
    cases.push_back(one);
  }
  std::sort(
      cases.begin(), cases.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return cases;
}

// Temporary files of this process alone, so that those of a test beside it are not taken for leaks.
class OwnTemporaryFiles {
 public:
  OwnTemporaryFiles() { ::setenv("TMPDIR", folder_.path().c_str(), 1); }
  ~OwnTemporaryFiles() { ::unsetenv("TMPDIR"); }
  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : core::fs::directory_iterator(folder_.path()))
      names.insert(entry.path().filename());
    if (core::fs::exists("/tmp/vegttt_hostile_file")) names.insert("what write_100_gb writes");
    return names;
  }

 private:
  core::TemporaryFolder folder_{"vegttt-hostile-test"};
};

}  // namespace vegttt::evaluate
