// vegttt bench sample: every row has the adapter on, no token ends a completion, temperature 1.
// --targets runs the shapes that this program promises something about, --diverge asks how much the
// batch changes what is sampled.
#include <ATen/Parallel.h>

#include <algorithm>
#include <iostream>

#include "bench_policy.h"
#include "sample_divergence.h"
#include "sample_targets.h"
#include "sample_text.h"
#include "subcommand.h"
#include "vegttt/core/clock.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/work.h"

namespace vegttt::cli {
namespace {

class BenchSample : public Subcommand {
 public:
  void add(CLI::App& app) override {
    flags_.add(app);
    const auto number = [&](const char* name, int& value, const char* text) {
      app.add_option(name, value, text)->check(CLI::PositiveNumber)->capture_default_str();
    };
    number("--batch", rows_, "completions that decode together");
    number("--prompt", prompt_tokens_, "tokens of each prompt");
    number("--new", new_tokens_, "tokens of each completion");
    app.add_option("--prompts", prompts_, "distinct prompts among the rows; otherwise every row's")
        ->check(CLI::PositiveNumber);
    app.add_flag(
        "--parts", with_parts_, "microseconds of a step by part, where decoding has parts");
    app.add_flag("--targets", targets_, "every shape that has a target, in one table");
    app.add_option("--peers", peers_, "lines that bench/peers.py printed, for --targets")
        ->check(CLI::ExistingFile);
    app.add_flag(
        "--diverge",
        diverge_,
        "sample the same rollouts 1 (only 32 of them), 32 and --batch at a time and compare them");
  }

  core::ExitCode run(const CommonOptions& common) override {
    check();
    if (common.threads > 0) at::set_num_threads(common.threads);
    if (diverge_)
      return show(common, measure_divergence(*flags_.load(), divergence()), print_divergence);
    const at::Device device = flags_.device();
    ceilings_ = {copy_bytes_per_s(device), product_flops_per_s(device, flags_.dtype())};
    policy::release_unused_memory(device);
    if (!targets_) return show(common, measure_one(), print_sampling);
    core::Json rows = core::Json::array();
    for (const SampleTarget& target : sample_targets()) {
      flags_.shape = target.shape;
      rows.push_back(against(target, measure_one(), peers_));
      if (!common.json) print_target(rows.back(), rows.size() == 1);
    }
    if (common.json) std::cout << core::dump_json(rows) << "\n";
    return core::ExitCode::kDone;
  }

 private:
  struct Ceilings {
    double bytes_per_s = 0, flops_per_s = 0;
  };
  static core::ExitCode show(const CommonOptions& common,
                             const core::Json& result,
                             void (*print)(const core::Json&)) {
    if (common.json)
      std::cout << core::dump_json(result) << "\n";
    else
      print(result);
    return core::ExitCode::kDone;
  }

  core::Json measure_one() {
    const at::Device device = flags_.device();
    policy_.reset();
    policy::release_unused_memory(device);
    policy_ = flags_.load();
    policy::forget_peak_memory(device);
    const policy::StepWork work = policy::step_work(*policy_->model(), mean_step());
    return describe(measure(), work);
  }

  DivergenceOptions divergence() const { return {rows_, prompts_, prompt_tokens_, new_tokens_}; }

  struct Times {
    double first_s = 0, short_s = 0, long_s = 0;
    core::Json parts;
  };

  void check() {
    if (targets_ && !flags_.shape.empty()) throw core::UsageError("--targets names its shapes");
    if (targets_) flags_.shape = sample_targets().front().shape;
    flags_.check();
    if (prompts_ == 0) prompts_ = rows_;
    if (prompts_ > rows_) throw core::UsageError("more prompts than rows", "--prompts");
    if (new_tokens_ < 2) throw core::UsageError("a step is the second token or later", "--new");
  }

  // Steps are what the two lengths differ by.
  int short_tokens() const { return std::max(1, new_tokens_ / 4); }

  // The work of a step changes with the length: that of the mean one.
  policy::StepShape mean_step() const {
    return {rows_, prompts_, prompt_tokens_, (short_tokens() + new_tokens_) / 2};
  }

  double sample_s(int tokens, core::Json* parts = nullptr) {
    config::SamplingOptions options;
    options.temperature = 1;
    options.max_new_tokens = tokens;
    options.slots = rows_;
    std::vector<policy::SampleRequest> requests;
    for (int row = 0; row < rows_; ++row) {
      const auto prompt = static_cast<std::uint64_t>(std::int64_t{row} * prompts_ / rows_);
      requests.push_back({random_tokens(policy_->model()->config.vocab, prompt_tokens_, prompt),
                          core::CounterRng::of({"bench sample", std::to_string(row)})});
    }
    const core::Stopwatch watch;
    policy_->sample(requests, options, [&](std::size_t, const policy::Completion&) {
      if (parts == nullptr || !parts->empty()) return;
      for (const auto& [part, us] : policy_->step_parts_us()) (*parts)[part] = us;
    });
    return watch.elapsed_s();
  }

  Times measure() {
    // On a GPU the first call of the largest length compiles kernels and records the graph.
    sample_s(policy_->model()->device().is_cuda() ? new_tokens_ : std::min(new_tokens_, 4));
    Times times;
    times.first_s = sample_s(1);
    times.short_s = sample_s(short_tokens());
    times.long_s = sample_s(new_tokens_);
    times.parts = core::Json::object();
    if (with_parts_) sample_s(short_tokens(), &times.parts);
    return times;
  }

  core::Json describe(const Times& times, const policy::StepWork& work) const {
    const double step_s = (times.long_s - times.short_s) / (new_tokens_ - short_tokens());
    const double tokens = static_cast<double>(rows_) * new_tokens_;
    core::Json json = flags_.facts(*policy_);
    json.update(
        {{"rows", rows_},
         {"prompts", prompts_},
         {"prompt_tokens", prompt_tokens_},
         {"new_tokens", new_tokens_},
         {"tokens_per_s", tokens / times.long_s},
         {"decode_tokens_per_s", rows_ / step_s},
         {"step_ms", step_s * 1e3},
         {"first_token_s", times.first_s},
         {"elapsed_s", times.long_s},
         {"step_bytes", work.bytes()},
         {"step_weight_bytes", work.weight_bytes},
         {"step_adapter_bytes", work.adapter_bytes},
         {"step_kv_bytes", work.kv_bytes},
         {"step_flops", work.flops},
         {"copy_bytes_per_s", ceilings_.bytes_per_s},
         {"product_flops_per_s", ceilings_.flops_per_s},
         {"bandwidth_share", static_cast<double>(work.bytes()) / step_s / ceilings_.bytes_per_s},
         {"arithmetic_share", work.flops / step_s / ceilings_.flops_per_s},
         {"peak_memory_bytes", policy::peak_memory(policy_->model()->device())}});
    if (with_parts_) json["step_parts_us"] = times.parts;
    if (with_parts_) json["step_parts_completion_tokens"] = short_tokens();
    return json;
  }

  BenchFlags flags_;
  int rows_ = 160, prompt_tokens_ = 512, new_tokens_ = 256, prompts_ = 0;
  bool with_parts_ = false, targets_ = false, diverge_ = false;
  std::string peers_;
  Ceilings ceilings_;
  std::shared_ptr<policy::LocalPolicy> policy_;
};

}  // namespace

std::unique_ptr<Subcommand> make_bench_sample() { return std::make_unique<BenchSample>(); }

}  // namespace vegttt::cli
