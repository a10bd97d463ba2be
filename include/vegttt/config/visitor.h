// Option structs list their fields once, in `visit_fields`; reading YAML, `key=value` overrides,
// `config show` and the defaults table all go through that list.
//
//   struct TimingOptions {
//     // Timed repetitions of a candidate.
//     int trials = 5;
//     template <class Self, class Visitor>
//     static void visit_fields(Self& self, Visitor& v) {
//       v.field("trials", self.trials, "timed repetitions of a candidate");
//     }
//   };
//
// Field types: bool, int, std::int64_t, double, std::string,
// std::vector<int|std::int64_t|double|std::string>, std::map<std::string, double>,
// std::optional<int|double>, and nested option structs (v.group("name", self.x, "doc")).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vegttt::config {

// Where a value came from.
struct Origin {
  enum class Kind { kDefault, kFile, kCommandLine } kind = Kind::kDefault;
  std::string text;  // "default", "configs/x.yaml:12", "command line"
};

// A value that stands somewhere else than in the file of the struct it belongs to: a campaign's.
struct Given {
  std::string key;                 // "learn.learning_rate"
  std::string value;               // YAML
  std::vector<std::string> items;  // where it is a list: YAML of each item
  Origin origin;
};

// A resolved config: the typed struct lives elsewhere; this remembers where each dotted key came
// from.
using Origins = std::map<std::string, Origin>;

}  // namespace vegttt::config
