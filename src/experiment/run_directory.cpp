#include "vegttt/experiment/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tensorboard/event_file.h"
#include "tensorboard/scalars_of.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/core/log.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {
namespace {

const char* file_of(adapt::Stream stream) {
  return stream == adapt::Stream::kAdapt ? "rollouts.jsonl" : "reevaluation.jsonl";
}

core::Json to_json(const RunFacts& facts) {
  return {{"schema_version", records::kSchemaVersion},
          {"method", facts.method},
          {"replay", facts.replay},
          {"threads", facts.threads},
          {"config_hash", facts.config_hash}};
}

RunFacts facts_from(const core::fs::path& file) {
  const auto json = core::parse_json(core::read_file(file), file.string());
  return {core::get<std::string>(json, "method", file.string()),
          core::get_or<std::string>(json, "replay", ""),
          core::get_or<int>(json, "threads", 0),
          core::get_or<std::string>(json, "config_hash", "")};
}

// A run whose config was edited or cut off would go on as another experiment.
void require_own_config(const core::fs::path& file, const RunFacts& facts) {
  if (facts.config_hash.empty() || core::short_hash(core::read_file(file)) == facts.config_hash)
    return;
  throw core::UserError("is not the config that this run began with",
                        file.string(),
                        "restore it, or start a run of another --name");
}

void require_writable(const core::fs::path& folder) {
  if (::access(folder.c_str(), W_OK) == 0) return;
  throw core::MachineError(
      folder.string() + ": " + std::strerror(errno) + "; name another folder for runs with --out",
      "access");
}

}  // namespace

RunDirectory::RunDirectory(const core::fs::path& path) : path_(path) {}

RunDirectory::~RunDirectory() {
  core::log_to_file("");
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

std::unique_ptr<RunDirectory> RunDirectory::create(const core::fs::path& path,
                                                   const config::LoadedExperiment& loaded,
                                                   const RunFacts& facts,
                                                   const core::Json& environment) {
  if (core::fs::exists(path))
    throw core::UserError(
        "this run exists already",
        path.string(),
        "--if-exists resume, --if-exists replace (moves it aside), or another --name");
  core::make_folder(path.parent_path());
  require_writable(path.parent_path());
  // Filled beside its place and renamed: a run that is killed here leaves nothing that looks like
  // one.
  const core::fs::path filling =
      path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()));
  std::error_code ignored;
  core::fs::remove_all(filling, ignored);
  core::make_folder(filling);
  const std::string config = config::show_experiment(loaded);
  core::write_file_atomically(filling / "config.yaml", config);
  core::write_file_atomically(filling / "env.json", core::dump_json(environment, 2) + "\n");
  RunFacts with_hash = facts;
  with_hash.config_hash = core::short_hash(config);
  core::write_file_atomically(filling / "run.json", core::dump_json(to_json(with_hash), 2) + "\n");
  std::error_code error;
  core::fs::rename(filling, path, error);
  if (error) throw core::MachineError(path.string() + ": " + error.message(), "rename");
  return open(path);
}

std::unique_ptr<RunDirectory> RunDirectory::open(const core::fs::path& path) {
  if (!core::fs::exists(path / "run.json") || !core::fs::exists(path / "config.yaml"))
    throw core::UserError("is not the folder of a run: run.json or config.yaml is missing",
                          path.string(),
                          "name a folder like runs/NAME");
  std::unique_ptr<RunDirectory> run(new RunDirectory(path));
  run->lock();
  run->facts_ = facts_from(path / "run.json");
  require_own_config(path / "config.yaml", run->facts_);
  run->loaded_ = config::load_experiment((path / "config.yaml").string(), {});
  run->read_steps();
  run->read_records();
  if (const auto file = path / run->ledger_file(); core::fs::exists(file))
    run->ledger_ =
        records::compute_ledger_from_json(core::parse_json(core::read_file(file), file.string()));
  run->earlier_wall_clock_s_ = run->ledger_.wall_clock_s;
  return run;
}

void RunDirectory::lock() {
  lock_fd_ = ::open((path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd_ < 0)
    throw core::MachineError((path_ / "lock").string() + ": " + std::strerror(errno) +
                                 "; a run can only be continued where it can be written",
                             "open");
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK)
    throw core::MachineError((path_ / "lock").string() + ": " + std::strerror(errno), "flock");
  throw core::UserError("another process is working on this run",
                        path_.string(),
                        "wait for it, or give this run another --name");
}

void RunDirectory::begin_attempt(const std::vector<std::string>& argv) {
  ++ledger_.attempts;
  watch_ = core::Stopwatch();
  core::make_folder(path_ / "logs");
  core::log_to_file(
      (path_ / "logs" / ("attempt_" + std::to_string(ledger_.attempts) + ".log")).string());
  appender("command.txt").append(core::join(argv, " "));
  open_events();
  save_ledger();
}

bool RunDirectory::finished() const {
  return core::fs::exists(path_ / (facts_.method + "_summary.json"));
}

core::LineAppender& RunDirectory::appender(const std::string& file_name) {
  auto& one = appenders_[file_name];
  if (!one) one = std::make_unique<core::LineAppender>(path_ / file_name);
  return *one;
}

void RunDirectory::save_ledger() {
  ledger_.wall_clock_s = earlier_wall_clock_s_ + watch_.elapsed_s();
  core::write_file_atomically(path_ / ledger_file(),
                              core::dump_json(records::to_json(ledger_), 2) + "\n");
  saved_at_s_ = core::now_s();
}

void RunDirectory::write_result(const std::string& file_name, const core::Json& result) {
  core::write_file_atomically(path_ / file_name, core::dump_json(result, 2) + "\n");
  if (events_ && result.contains("fresh") && !result.at("fresh").is_null())
    events_->add(
        core::get<int>(result, "selected_step", file_name),
        tensorboard::fresh_scalars_of(records::step_metrics_from_json(result.at("fresh"))));
}

// --- rollouts
// ---------------------------------------------------------------------------------------------------

void RunDirectory::read_records() {
  for (const auto stream : {adapt::Stream::kAdapt, adapt::Stream::kFresh}) {
    std::set<records::RolloutKey> seen;
    for (auto& one : read_rollouts(path_, file_of(stream))) {
      if (!seen.insert(one.rollout.key).second)
        throw core::UserError("holds the rollout " + one.rollout.key.text() + " twice",
                              (path_ / file_of(stream)).string());
      const RoundKey round{stream, one.rollout.key.theta_step};
      judged_[round].push_back(std::move(one));
    }
    forget_unscored(stream);
  }
  core::for_each_json_line(path_ / "sampled.jsonl", [&](const core::Json& line) {
    auto rollout = records::rollout_from_json(line);
    const auto stream = core::get<std::string>(line, "stream") == "adapt" ? adapt::Stream::kAdapt
                                                                          : adapt::Stream::kFresh;
    sampled_[{stream, rollout.key.theta_step}][rollout.key] = std::move(rollout);
  });
  for (auto& [round, rollouts] : sampled_) {
    for (const auto& one : judged_[round]) rollouts.erase(one.rollout.key);
    waiting_ += rollouts.size();
  }
}

// What the machine failed to score in an unfinished step is judged again; only what a step was
// computed from stays.
void RunDirectory::forget_unscored(adapt::Stream stream) {
  const int complete = static_cast<int>(trajectory_.steps.size());
  bool changed = false;
  std::string kept;
  for (auto& [round, rollouts] : judged_) {
    if (round.first != stream) continue;
    const bool open_step = stream == adapt::Stream::kFresh || round.second >= complete;
    const auto dropped = std::erase_if(rollouts, [&](const records::JudgedRollout& one) {
      return open_step && one.evaluation.status == records::Status::kUnscored;
    });
    changed = changed || dropped > 0;
    for (const auto& one : rollouts) kept += core::dump_json(records::to_json(one)) + "\n";
  }
  if (changed) core::write_file_atomically(path_ / file_of(stream), kept);
}

std::vector<records::JudgedRollout> RunDirectory::judged(adapt::Stream stream,
                                                         int theta_step) const {
  const auto found = judged_.find({stream, theta_step});
  return found == judged_.end() ? std::vector<records::JudgedRollout>{} : found->second;
}

std::vector<records::Rollout> RunDirectory::sampled_only(adapt::Stream stream,
                                                         int theta_step) const {
  std::vector<records::Rollout> rollouts;
  if (const auto found = sampled_.find({stream, theta_step}); found != sampled_.end()) {
    for (const auto& [key, rollout] : found->second) rollouts.push_back(rollout);
  }
  return rollouts;
}

void RunDirectory::add_sampled(adapt::Stream stream, const records::Rollout& rollout) {
  core::Json line = records::to_json(rollout);
  line["stream"] = adapt::name_of(stream);
  appender("sampled.jsonl").append(core::dump_json(line));
  if (sampled_[{stream, rollout.key.theta_step}].emplace(rollout.key, rollout).second) ++waiting_;
  if (core::now_s() - saved_at_s_ > 1) save_ledger();
}

void RunDirectory::add_judged(adapt::Stream stream, const records::JudgedRollout& judged) {
  appender(file_of(stream)).append(core::dump_json(records::to_json(judged)));
  const RoundKey round{stream, judged.rollout.key.theta_step};
  judged_[round].push_back(judged);
  waiting_ -= sampled_[round].erase(judged.rollout.key);
  if (core::now_s() - saved_at_s_ > 1) save_ledger();
  if (waiting_ > 0) return;
  // Everything sampled is judged, so the waiting room is empty.
  appender(file_of(stream)).sync();
  appenders_.erase("sampled.jsonl");
  core::fs::remove(path_ / "sampled.jsonl");
}

}  // namespace vegttt::experiment
