#include "vegttt/pretrain/pretrain.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <thread>

#include "adamw.h"
#include "batches.h"
#include "checkpoint.h"
#include "muon.h"
#include "starter_files.h"
#include "vegttt/config/fields.h"
#include "vegttt/config/reader.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/file.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "vegttt/policy/tokenizer.h"
#include "vegttt/policy/transformer.h"
#include "vegttt/pretrain/leak_filter.h"

namespace vegttt::pretrain {
namespace {

constexpr std::uint64_t kHeldOutSeed = 0x4e1d;  // added to the corpus seed
constexpr int kStepsBetweenPlans = 100;

// Mean negative log-likelihood per unit of weight. Logits are made for weighted positions only.
at::Tensor loss_of(const policy::Transformer& model, const Batch& batch, at::Device device) {
  const at::Tensor hidden =
      policy::forward_batch(model, batch.tokens_BT.to(device, /*non_blocking=*/true));
  const at::Tensor weights = batch.weights_BT.reshape({-1});
  const at::Tensor used = weights.nonzero().squeeze(1);
  const at::Tensor where = used.to(device);
  const at::Tensor targets = batch.targets_BT.reshape({-1}).index_select(0, used).to(device);
  const at::Tensor scale = weights.index_select(0, used).to(device);
  const at::Tensor logits = policy::logits(model, hidden.index_select(0, where)).to(at::kFloat);
  const at::Tensor losses = at::cross_entropy_loss(logits, targets, {}, at::Reduction::None);
  return (losses * scale).sum() / scale.sum();
}

std::map<std::string, double> losses_by_family(const policy::Transformer& model,
                                               const std::vector<TokenSample>& samples,
                                               int batch_tokens,
                                               at::Device device) {
  const at::NoGradGuard no_grad;
  std::map<std::string, std::vector<const TokenSample*>> families;
  for (const auto& sample : samples) families[sample.family].push_back(&sample);
  std::map<std::string, double> losses;
  for (const auto& [family, rows] : families) {
    std::size_t longest = 1;
    for (const auto* row : rows) longest = std::max(longest, row->tokens.size());
    const std::size_t fits =
        std::max<std::size_t>(1, static_cast<std::size_t>(batch_tokens) / longest);
    const std::vector<const TokenSample*> some(
        rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(fits, rows.size())));
    losses[family] = loss_of(model, make_batch(some, 0.0), device).item<double>();
  }
  return losses;
}

std::vector<TokenSample> held_out_samples(const PretrainOptions& options,
                                          LeakFilter& filter,
                                          const policy::Tokenizer& tokenizer) {
  const Corpus other(
      static_cast<std::uint64_t>(options.seed) + kHeldOutSeed, filter, options.cuda_share);
  std::vector<TokenSample> samples;
  for (int i = 0; i < options.held_out; ++i) {
    TokenSample sample = tokenise(other.sample(static_cast<std::uint64_t>(i)), tokenizer);
    if (static_cast<int>(sample.tokens.size()) <= options.longest_sample)
      samples.push_back(std::move(sample));
  }
  return samples;
}

// Hash over the token ids of all samples used, pool by pool.
std::string hash_of_pools(SampleSource& source, std::int64_t pools) {
  std::string hashes;
  for (std::int64_t p = 0; p < pools; ++p) {
    for (const auto& sample : source.pool(p)) {
      hashes += core::sha256({reinterpret_cast<const char*>(sample.tokens.data()),
                              sample.tokens.size() * sizeof(std::uint16_t)});
    }
    hashes = core::sha256(hashes);
  }
  return hashes;
}

std::string progress_line(
    std::int64_t step, std::int64_t steps, double loss, double norm, double tokens_per_s) {
  std::ostringstream line;
  line << "step " << step << "/" << steps << std::fixed << std::setprecision(4) << "  loss " << loss
       << "  grad norm " << std::setprecision(2) << norm << "  " << std::setprecision(0)
       << tokens_per_s << " tokens/s";
  return line.str();
}

// The training loop's state, one pass of `update` per step.
class Loop {
 public:
  Loop(const PretrainOptions& options,
       const PretrainRun& run,
       policy::Transformer& model,
       SampleSource& source)
      : options_(options),
        run_(run),
        model_(model),
        source_(source),
        device_(model.device()),
        optimizer_(adam_parameters(model, options), options.weight_decay),
        muon_(muon_parameters(model, options)),
        steps_(options.steps),
        state_file_(core::fs::path(run.out) / "state.safetensors") {}

  void train(PretrainReport& report) {
    restore();
    std::int64_t seen = 0;  // steps passed over on the way back to where the state was saved
    for (std::int64_t visit = 0; step_ < steps_; ++visit) {
      const std::int64_t pool = visit % source_.pools();
      pools_used_ = std::max(pools_used_, pool + 1);
      const auto random = core::RandomStream(
          core::CounterRng::of({"order", std::to_string(options_.seed), std::to_string(visit)}));
      for (const auto& rows : group_by_length(
               source_.pool(pool), options_.longest_sample, options_.batch_tokens, random)) {
        if (seen++ < step_) continue;
        update(rows);
        if (step_ == steps_) break;
        if (options_.save_every > 0 && step_ % options_.save_every == 0) save();
        core::throw_if_stopped();
      }
    }
    core::fs::remove(state_file_);
    report.steps = step_;
    report.tokens = tokens_;
    report.train_loss = last_loss_;
    report.samples = pools_used_ * SampleSource::kPool;
  }
  std::int64_t pools_used() const { return pools_used_; }

 private:
  static bool takes_muon(const policy::NamedTensor& named, const PretrainOptions& options) {
    return options.optimizer == "muon" && named.tensor->dim() == 2 &&
           named.name.find("layers") != std::string::npos;
  }
  static std::vector<at::Tensor> chosen(policy::Transformer& model,
                                        const PretrainOptions& options,
                                        bool muon) {
    std::vector<at::Tensor> list;
    for (auto& named : policy::named_tensors(model.weights, model.config))
      if (takes_muon(named, options) == muon) list.push_back(*named.tensor);
    return list;
  }
  static std::vector<at::Tensor> adam_parameters(policy::Transformer& model,
                                                 const PretrainOptions& options) {
    return chosen(model, options, false);
  }
  static std::vector<at::Tensor> muon_parameters(policy::Transformer& model,
                                                 const PretrainOptions& options) {
    return chosen(model, options, true);
  }

  std::vector<at::Tensor> state() {
    std::vector<at::Tensor> all = model_.parameters();
    for (const auto& tensors : {optimizer_.state(), muon_.state()})
      all.insert(all.end(), tensors.begin(), tensors.end());
    return all;
  }

  std::string identity() const {
    config::FieldLister fields;
    PretrainOptions::visit_fields(options_, fields);
    std::string text;
    for (const auto& field : fields.fields())
      if (field.key != "report_every" && field.key != "save_every")
        text += field.key + "=" + field.value + "\n";
    return core::sha256(text);
  }

  // The weights so far can be sampled from; the state continues the run.
  void save() {
    policy::save_transformer(run_.out, model_);
    save_state(
        state_file_, state(), {step_, tokens_, steps_, before_s_ + watch_.elapsed_s()}, identity());
  }

  void restore() {
    Progress progress;
    if (!load_state(state_file_, state(), progress, identity())) return;
    step_ = progress.step;
    tokens_ = tokens_before_ = progress.tokens;
    steps_ = progress.planned_steps;
    before_s_ = progress.seconds;
    core::info("continued at step " + std::to_string(step_));
  }

  void update(const std::vector<const TokenSample*>& rows) {
    const Batch batch = make_batch(rows, options_.prompt_weight);
    const at::Tensor loss = loss_of(model_, batch, device_);
    loss.backward();
    const double rate = schedule(step_, steps_, options_.warmup_steps);
    const double norm = optimizer_.step(options_.learning_rate * rate, options_.max_grad_norm);
    muon_.step(options_.muon_learning_rate * rate, options_.weight_decay);
    sum_ += loss.item<double>();
    tokens_ += batch.tokens;
    ++step_;
    limit_steps();
    if (step_ % options_.report_every == 0 || step_ == steps_) say(norm);
  }

  // Plans as many steps as fit into the time, from the rate of the last ones; the schedule follows
  // the plan. Planned again now and then, since the first steps wait for samples to be written.
  void limit_steps() {
    if (run_.max_minutes <= 0 || step_ % kStepsBetweenPlans != 0) return;
    const double elapsed_s = watch_.elapsed_s();
    const double per_step_s = (elapsed_s - planned_at_s_) / kStepsBetweenPlans;
    planned_at_s_ = elapsed_s;
    if (step_ == kStepsBetweenPlans) return;  // these warmed the device up
    const double left_s = run_.max_minutes * 60 - before_s_ - elapsed_s;
    const auto fitting =
        step_ + std::max<std::int64_t>(1, static_cast<std::int64_t>(left_s / per_step_s));
    steps_ = std::min(options_.steps, fitting);
  }

  void say(double norm) {
    const std::int64_t n =
        step_ % options_.report_every == 0 ? options_.report_every : step_ % options_.report_every;
    last_loss_ = sum_ / static_cast<double>(n);
    sum_ = 0;
    core::info(progress_line(step_,
                             steps_,
                             last_loss_,
                             norm,
                             static_cast<double>(tokens_ - tokens_before_) / watch_.elapsed_s()));
  }

  const PretrainOptions& options_;
  const PretrainRun& run_;
  policy::Transformer& model_;
  SampleSource& source_;
  at::Device device_;
  AdamW optimizer_;
  Muon muon_;
  std::int64_t steps_, step_ = 0, tokens_ = 0, pools_used_ = 0;
  core::fs::path state_file_;
  std::int64_t tokens_before_ = 0;
  double sum_ = 0, last_loss_ = 0, planned_at_s_ = 0, before_s_ = 0;
  core::Stopwatch watch_;
};

policy::Transformer new_model(const policy::ModelConfig& config,
                              const PretrainOptions& options,
                              const std::string& device) {
  policy::Transformer model =
      policy::random_transformer(config, static_cast<std::uint64_t>(options.seed));
  const at::Device where(device);
  for (auto& named : policy::named_tensors(model.weights, model.config)) {
    *named.tensor = named.tensor->to(where).detach().requires_grad_(true);
  }
  if (model.config.tied) model.weights.head = model.weights.embed;
  const bool bfloat16 = options.dtype == "auto" ? where.is_cuda() : options.dtype == "bfloat16";
  if (bfloat16) model.compute = at::kBFloat16;
  return model;
}

int writer_threads(const PretrainRun& run) {
  return run.threads > 0 ? run.threads
                         : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
}

}  // namespace

PretrainOptions load_pretrain_options(const std::string& path,
                                      const std::vector<std::string>& overrides) {
  config::FieldReader reader(
      path.empty() ? "{}" : core::read_file(path), path.empty() ? "defaults" : path, overrides);
  PretrainOptions options;
  reader.read(options);
  reader.throw_if_wrong();
  return options;
}

PretrainReport pretrain(const PretrainOptions& options, const PretrainRun& run) {
  const core::Stopwatch watch;
  core::make_folder(run.out);
  LeakFilter filter;
  const Corpus corpus(static_cast<std::uint64_t>(options.seed), filter, options.cuda_share);
  const core::Json tokenizer_json = learn_tokenizer(corpus, options);
  const auto tokenizer = policy::parse_tokenizer(core::dump_json(tokenizer_json), "tokenizer.json");
  const int end_token = tokenizer->id_of(kEndToken);
  write_tokenizer_files(run.out, tokenizer_json, end_token);
  core::info("vocabulary of " + std::to_string(tokenizer->vocabulary()) + " tokens");

  SampleSource source(corpus, *tokenizer, options.samples, writer_threads(run));
  policy::Transformer model = new_model(model_config(options, end_token), options, run.device);
  const auto held_out = held_out_samples(options, filter, *tokenizer);
  PretrainReport report;
  Loop loop(options, run, model, source);
  loop.train(report);
  policy::save_transformer(run.out, model);
  report.held_out_loss = losses_by_family(model, held_out, options.batch_tokens, model.device());
  report.corpus_hash = hash_of_pools(source, loop.pools_used());
  report.seconds = watch.elapsed_s();
  return report;
}

}  // namespace vegttt::pretrain
