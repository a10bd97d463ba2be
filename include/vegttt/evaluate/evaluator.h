#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/records/candidate.h"
#include "vegttt/records/evaluation.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::evaluate {

// How many checks and timings, on which inputs; recorded with every result.
struct Protocol {
  std::string name;  // strict, paper-fast, paper-full, kernelbench
  int checks = 3;    // input sets that are verified (the timed ones are always verified too)
  int timings = 7;   // paired timings; adaptive protocols may use up to `max_timings`
  int max_timings = 21;
  int warmup = 1;
  bool public_inputs = false;       // the benchmark's distribution
  bool absolute_tolerance = false;  // atol = rtol = 1e-4
  bool mean = false;  // speedup = ratio of the mean times instead of the median of paired ratios
  bool strict_selection = false;  // the criterion `auto` means fast_1_strict
  bool adaptive() const { return timings != max_timings; }
};
Protocol protocol(const std::string& name);  // throws UserError with the known names

enum class Until { kCompile, kVerify, kTime };

// What is judged: text of a completion, for one task.
struct Submission {
  std::string task_id;
  std::string completion;  // raw text; code is extracted from it
  std::string tag;         // the caller's, returned with the result
};

// Judges submissions. One instance per run; inputs and truths are computed once per task and kept.
// Secret seeds are drawn from `secret_seed`, which no candidate process ever sees.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // A rejected candidate is a result; throws only MachineError (this machine cannot judge at all).
  virtual records::Evaluation evaluate(const Submission& submission,
                                       Until until = Until::kTime) = 0;
  // Compiles ahead on other cores; timing is one at a time. `done(i, evaluation)` is called in
  // completion order, from the calling thread.
  virtual void evaluate_all(
      const std::vector<Submission>& submissions,
      const std::function<void(std::size_t, const records::Evaluation&)>& done) = 0;
  // `submission` will be judged later: its compiler may begin now, on other cores, while others are
  // sampled. Returns at once.
  virtual void prepare(const Submission& /*submission*/) {}
  // Others want `bytes` of the device that it judges on: gives back what it keeps from one call to
  // the next when they are not free.
  virtual void make_room(std::uint64_t /*bytes*/) {}
  // Whom to ask for room before a task is prepared that does not fit.
  virtual void when_short(std::function<void(std::uint64_t bytes)> /*ask*/) {}
  // From here on assembled sources and logs go there ("": nowhere): for one judge of several runs.
  virtual void keep_kernels_in(const std::string& /*folder*/) {}
  // From here on inputs come from another secret seed, a function of the one before: what was
  // chosen by one draw is judged again by another.
  virtual void draw_inputs_anew() {}
};

struct EvaluatorOptions {
  config::EvaluateOptions evaluate;
  std::string size = "small";
  std::string reference;          // named alternative reference
  std::uint64_t secret_seed = 0;  // 0: drawn from the system
  std::string kernel_folder;      // assembled sources and logs by hash; "" = not kept
};

// Bytes that judging a task in the dialect `cuda` takes of its device at most.
std::uint64_t device_bytes(const tasks::Task& task, const std::string& size);

// The real one for options.evaluate.dialect. The catalogue must outlive it.
std::unique_ptr<Evaluator> make_evaluator(const EvaluatorOptions& options,
                                          const tasks::Catalogue& catalogue);

// What this machine's jail can do; every run says so when something is missing.
struct Confinement {
  bool landlock = false, seccomp = false, rlimits = true;
  std::vector<std::string> missing;  // lines for people
};
Confinement probe_confinement();

// What candidates of the dialect `cuda` are compiled with here: "NVRTC ..., ptxas ...", with paths.
// MachineError that says what is missing and how to get it.
std::string cuda_tool_chain();

}  // namespace vegttt::evaluate
