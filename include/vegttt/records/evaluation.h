// The judge's verdict about one candidate. Kernels that fail are data, never an exception.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vegttt/core/json.h"

namespace vegttt::records {

enum class Status {
  kNoCode,         // the completion holds no code
  kScaffoldError,  // it cannot be put into the frame (no `launch`, forbidden construct)
  kCompileError,
  kLaunchError,  // crashed, trapped, exited, touched what it may not
  kTimeout,
  kWrong,
  kSuspicious,  // correct, but faster than the machine can be: no reward
  kSlow,        // correct, median speedup <= 1
  kFast,        // correct, median speedup > 1
  kUnscored,    // the machine failed, not the candidate: never enters rewards or rates
};

const char* name_of(Status status);  // "no_code", "fast", ...
Status status_from_name(std::string_view name);
const std::vector<Status>& all_statuses();
inline bool is_correct(Status s) {
  return s == Status::kSlow || s == Status::kFast || s == Status::kSuspicious;
}
// It got as far as being run.
inline bool has_compiled(Status s) {
  return s != Status::kNoCode && s != Status::kScaffoldError && s != Status::kCompileError;
}
// Correct, and no faster than the machine can be: what may be rewarded, picked and shown.
inline bool is_trusted(Status s) { return s == Status::kSlow || s == Status::kFast; }

// One input set's comparison with the float64 truth.
struct InputCheck {
  int input_set = 0;
  std::string shapes;  // "A 1024x8192, B 8192x1"
  bool passed = false;
  double largest_error = 0;      // |out - truth| at the worst element relative to its allowance
  double allowed = 0;            // allowance at that element, absolute
  std::vector<std::int64_t> at;  // its index
  double got = 0, expected = 0;
  std::int64_t bad = 0, elements = 0;  // elements beyond their allowance, of how many
  std::string reason;                  // one line for people and models; "" when passed
};

// Paired times of candidate and reference under one protocol, in microseconds.
struct Timing {
  std::vector<double> candidate_us;
  std::vector<double> reference_us;
  double candidate_median_us = 0;
  double reference_median_us = 0;
  double spread = 0;   // interquartile range of the candidate over its median
  double speedup = 0;  // median of the paired ratios reference / candidate
  // 95 % interval of that median; of fewer than six pairs the range, which covers less.
  double speedup_low = 0;
  double speedup_high = 0;
  double floor_us = 0;  // speed of light of this machine for this task, 0 if unknown
};

// The state of the GPU that the times belong to, sampled at most half a second away from them.
struct Conditions {
  double sm_mhz = 0, memory_mhz = 0;  // clocks; 0 where the driver does not say
  double temperature_c = 0;
  double power_w = 0;
  double busy = 0;  // share of the driver's last sampling period with a kernel running
  std::string
      throttled;  // why clocks are lower than they could be: "power", "heat", "hardware"; "" if not
  std::string l2 = "clean";  // before every timed launch: flushed, no dirty line left
  bool tf32_products = false, tf32_convolutions = false;  // the reference's flags
};

struct Evaluation {
  std::string candidate_hash;
  std::string task_id;
  std::string size;  // "small"
  std::string dialect;
  std::string protocol;  // "strict", "paper-fast", ...
  std::string machine;   // short name of the device the timing belongs to
  Status status = Status::kUnscored;
  std::string message;  // one line: why it has this status
  std::string log;      // compiler or run log, lines mapped to the model's, valid UTF-8
  std::vector<InputCheck> checks;
  std::optional<Timing> timing;
  std::optional<Conditions> conditions;  // only where a GPU was timed
  bool fast_1 = false;                   // correct and speedup > 1
  bool fast_1_strict = false;            // correct and speedup_low > 1
  std::vector<std::string>
      flags;  // "cached_compile", "below_floor", "noisy", "landlock_missing", ...
  std::map<std::string, double> stage_s;  // seconds per stage: compile, inputs, verify, time

  // The speedup of a correct candidate, else 0.
  double speedup() const { return timing && is_correct(status) ? timing->speedup : 0; }
};

core::Json to_json(const InputCheck& check);
core::Json to_json(const Timing& timing);
core::Json to_json(const Conditions& conditions);
core::Json to_json(const Evaluation& evaluation);
Evaluation evaluation_from_json(const core::Json& json);

}  // namespace vegttt::records
