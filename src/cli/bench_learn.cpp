// vegttt bench learn: forward and backward of the log-probability loss through the adapter, by the
// learner that runs use. The optimizer steps by zero, so that every pass does the same.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <limits>

#include "bench_policy.h"
#include "subcommand.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/stop.h"
#include "vegttt/learn/local_learner.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/learning_pass.h"
#include "vegttt/policy/work.h"

namespace vegttt::cli {
namespace {

// Log-probabilities of a completion, which the learner asks for and checks.
std::vector<float> score(const policy::Transformer& model, const records::Rollout& rollout) {
  const at::NoGradGuard no_gradients;
  std::vector<int> all = rollout.prompt_tokens;
  all.insert(all.end(), rollout.completion_tokens.begin(), rollout.completion_tokens.end());
  const at::Tensor tokens = at::tensor(all, at::kLong).to(model.device());
  policy::Packing packing;
  packing.add(tokens.size(0));
  const auto first = static_cast<std::int64_t>(rollout.prompt_tokens.size());
  // Another pass than the learner's own where that is quick: of experts it is not.
  const at::Tensor states = model.config.experts > 0
                                ? policy::forward_learning(model, tokens, packing, {})
                                : policy::forward_packed(model, tokens, packing);
  const at::Tensor hidden = states.slice(0, first - 1, -1);
  const at::Tensor targets = tokens.slice(0, first).unsqueeze(1);
  std::vector<at::Tensor> logprobs;
  constexpr std::int64_t kChunk = 512;  // a whole sequence's logits may be gigabytes
  for (std::int64_t at = 0; at < hidden.size(0); at += kChunk)
    logprobs.push_back(
        at::log_softmax(policy::logits(model, hidden.slice(0, at, at + kChunk)).to(at::kFloat), 1)
            .gather(1, targets.slice(0, at, at + kChunk)));
  const at::Tensor row = at::cat(logprobs).squeeze(1).to(at::kCPU).contiguous();
  const float* data = row.const_data_ptr<float>();
  return {data, data + row.numel()};
}

class BenchLearn : public Subcommand {
 public:
  void add(CLI::App& app) override {
    flags_.add(app);
    const auto number = [&](const char* name, int& value, const char* text) {
      app.add_option(name, value, text)->check(CLI::PositiveNumber)->capture_default_str();
    };
    number("--batch", batch_, "sequences of an update");
    number("--length", length_, "tokens of each that are learned from");
    app.add_option(
           "--shared-prompt", prompt_tokens_, "tokens before them that a group has in common")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    number("--group", group_, "sequences of one prompt; 1 shares nothing");
    app.add_option(
           "--micro-batch", options_.micro_batch_tokens, "tokens of a forward pass; 0: what fits")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--checkpointing",
                   options_.checkpointing,
                   "layers forward again on the way back, to save memory")
        ->check(CLI::IsMember({"auto", "on", "off"}))
        ->capture_default_str();
    app.add_option("--memory",
                   memory_gib_,
                   "GiB that weights and learning may take together, for the plan; 0: the device's")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    number("--steps", steps_, "updates that are timed, after one that is not");
    app.footer(
        "Against PEFT, in the same job (batch x length tokens, no prompt; it needs torch,\n"
        "transformers and peft):\n"
        "  vegttt bench learn --shape qwen2.5-7b --batch 8 --length 1024 --json\n"
        "  python3 peers.py lora --shape qwen2.5-7b --batch 4 --length 1024\n"
        "What sharing a prompt saves: the same work with --group 32 and with --group 1:\n"
        "  vegttt bench learn --shape qwen2.5-7b --batch 160 --length 64 --shared-prompt 960 "
        "--group 32");
  }

  core::ExitCode run(const CommonOptions& common) override {
    flags_.check();
    if (common.threads > 0) at::set_num_threads(common.threads);
    const at::Device device = flags_.device();
    const double ceiling = product_flops_per_s(device, flags_.dtype());
    policy_ = flags_.load();
    const learn::Batch batch = make_batch();
    policy::forget_peak_memory(device);
    make_plan();
    const double update_s = time_updates(batch);
    const core::Json result = describe(update_s, ceiling);
    if (common.json)
      std::cout << core::dump_json(result) << "\n";
    else
      print(result);
    return core::ExitCode::kDone;
  }

 private:
  // A sequence without a prompt still begins somewhere.
  int prompt_length() const { return std::max(1, prompt_tokens_); }

  learn::Batch make_batch() const {
    const policy::Transformer& model = *policy_->model();
    learn::Batch batch;
    for (int i = 0; i < batch_; ++i) {
      core::throw_if_stopped();
      records::Rollout rollout;
      rollout.prompt_tokens = random_tokens(
          model.config.vocab, prompt_length(), static_cast<std::uint64_t>(i / group_));
      rollout.completion_tokens =
          random_tokens(model.config.vocab, length_, static_cast<std::uint64_t>(batch_ + i));
      rollout.advantage = i % 2 == 0 ? 1 : -1;
      rollout.logprobs = score(model, rollout);
      batch.rollouts.push_back(std::move(rollout));
      batch.usable.push_back(true);
    }
    return batch;
  }

  double time_updates(const learn::Batch& batch) {
    options_.learning_rate = 0;
    options_.logprob_tolerance = std::numeric_limits<double>::infinity();
    config::SamplingOptions sampling;
    sampling.temperature = 1;
    sampling.max_new_tokens = length_;
    const auto learner = learn::make_learner(policy_);
    const at::Device device = policy_->model()->device();
    stats_ = learner->update(batch, options_, sampling);
    policy::synchronize(device);
    const core::Stopwatch watch;
    for (int i = 0; i < steps_; ++i) learner->update(batch, options_, sampling);
    policy::synchronize(device);
    const double update_s = watch.elapsed_s() / steps_;
    peak_bytes_ = policy::peak_memory(device);
    policy::record_parts();
    learner->update(batch, options_, sampling);
    parts_ = policy::recorded_parts_ms();
    return update_s;
  }

  // Of the learner's own making, unless memory is to be shorter than it is.
  void make_plan() {
    const policy::Transformer& model = *policy_->model();
    std::int64_t available = policy::available_memory(model.device());
    if (memory_gib_ > 0)
      available = std::min(
          available,
          static_cast<std::int64_t>(memory_gib_ * (1 << 30)) - policy::peak_memory(model.device()));
    plan_ = policy::plan_learning(model,
                                  std::max<std::int64_t>(0, available),
                                  prompt_length() + length_,
                                  options_.checkpointing,
                                  options_.micro_batch_tokens);
    options_.micro_batch_tokens = static_cast<int>(plan_.tokens);
    options_.checkpointing = plan_.checkpointing == policy::Checkpointing::kOn ? "on" : "off";
  }

  core::Json describe(double update_s, double ceiling) const {
    const auto parameters = policy::multiplied_parameters(*policy_->model());
    const std::int64_t prompts = (batch_ + group_ - 1) / group_;
    // The last token of a sequence is predicted and never read.
    const std::int64_t read = std::int64_t{batch_} * (length_ - 1);
    const std::int64_t shared = read + prompts * prompt_length();
    const std::int64_t unshared = read + std::int64_t{batch_} * prompt_length();
    const double flops = 4.0 * static_cast<double>(parameters) * static_cast<double>(shared);
    core::Json json = flags_.facts(*policy_);
    json.update({{"sequences", batch_},
                 {"length_tokens", length_},
                 {"prompt_tokens", prompt_length()},
                 {"group", group_},
                 {"micro_batch_tokens", plan_.tokens},
                 {"checkpointing", plan_.checkpointing == policy::Checkpointing::kOn},
                 {"planned_bytes_per_token", plan_.bytes_per_token},
                 {"planned_fixed_bytes", plan_.fixed_bytes},
                 {"update_s", update_s},
                 {"computed_tokens", shared},
                 {"tokens_per_s", static_cast<double>(shared) / update_s},
                 {"tokens_per_s_if_unshared", static_cast<double>(unshared) / update_s},
                 {"parameters", parameters},
                 {"update_flops", flops},
                 {"product_flops_per_s", ceiling},
                 {"arithmetic_share", flops / update_s / ceiling},
                 {"peak_memory_bytes", peak_bytes_},
                 {"logprob_gap_mean", stats_.logprob_gap_mean},
                 {"logprob_gap_p999", stats_.logprob_gap_p999},
                 {"logprob_gap_max", stats_.logprob_gap_max}});
    core::Json& parts = json["parts_ms"] = core::Json::object();
    for (const auto& [part, ms] : parts_) parts[part] = ms;
    return json;
  }

  static void print(const core::Json& r) {
    const auto number = [&](const char* key) { return r[key].get<double>(); };
    std::cout << fmt::format(
        "{}, rank {}, {} on {}\n"
        "{} sequences of {} tokens behind prompts of {}, {} to a prompt: {:.3f} s an update\n"
        "  computed     {:8.0f} tokens/s ({} tokens)\n"
        "  stood for    {:8.0f} tokens/s, each sequence with a prompt of its own\n"
        "  arithmetic   {:8.1f} % of {:.2f} TFLOP/s (a product): 4 operations for each of {:.3f} "
        "billion parameters and token\n"
        "  memory       {:8.2f} GiB at most\n",
        r["model"].get<std::string>(),
        r["adapter_rank"].get<int>(),
        r["dtype"].get<std::string>(),
        r["device"].get<std::string>(),
        r["sequences"].get<int>(),
        r["length_tokens"].get<int>(),
        r["prompt_tokens"].get<int>(),
        r["group"].get<int>(),
        number("update_s"),
        number("tokens_per_s"),
        r["computed_tokens"].get<std::int64_t>(),
        number("tokens_per_s_if_unshared"),
        100 * number("arithmetic_share"),
        number("product_flops_per_s") * 1e-12,
        number("parameters") * 1e-9,
        number("peak_memory_bytes") / (1 << 30));
    std::cout << fmt::format(
        "  micro-batch  {:8d} tokens, layers computed {}\n"
        "  log-probs    {:8.5f} from the plain forward pass on average, {:.5f} at the 99.9th "
        "percentile\n"
        "  by part, of an update of its own, ms:\n",
        r["micro_batch_tokens"].get<std::int64_t>(),
        r["checkpointing"].get<bool>() ? "twice" : "once",
        number("logprob_gap_mean"),
        number("logprob_gap_p999"));
    for (const auto& [part, ms] : r["parts_ms"].items())
      std::cout << fmt::format("    {:<20} {:10.2f}\n", part, ms.get<double>());
  }

  BenchFlags flags_;
  int batch_ = 4, length_ = 1024, prompt_tokens_ = 0, group_ = 1, steps_ = 3;
  config::LearnOptions options_;
  double memory_gib_ = 0;
  policy::LearningPlan plan_;
  learn::UpdateStats stats_;
  std::int64_t peak_bytes_ = 0;
  std::vector<std::pair<std::string, double>> parts_;
  std::shared_ptr<policy::LocalPolicy> policy_;
};

}  // namespace

std::unique_ptr<Subcommand> make_bench_learn() { return std::make_unique<BenchLearn>(); }

}  // namespace vegttt::cli
