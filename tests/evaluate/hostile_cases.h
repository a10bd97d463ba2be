// The candidates of kernels/hostile/cpp with what their first lines say about them.
#pragma once

#include <algorithm>
#include <regex>
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

inline std::vector<HostileCase> hostile_cases() {
  static const std::regex header("// task: (\\S+)  expect: (\\S+)\n// why: .+\n[^]*");
  std::vector<HostileCase> cases;
  for (const auto& entry :
       core::fs::directory_iterator(core::fs::path(VEGTTT_SOURCE_DIR) / "kernels/hostile/cpp")) {
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

}  // namespace vegttt::evaluate
