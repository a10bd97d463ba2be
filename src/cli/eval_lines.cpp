#include "eval_lines.h"

#include <chrono>
#include <condition_variable>
#include <istream>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/stop.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

using core::Json;

constexpr std::size_t kMostAtOnce = 4096;

struct Line {
  std::size_t index = 0;
  std::string text;
};

// Lines as they come, read by a thread of its own: a batch is whatever has arrived.
class Inbox {
 public:
  explicit Inbox(std::istream& in) : state_(std::make_shared<State>()) {
    // Not joined: a read cannot be interrupted when the user stops the program.
    std::thread([state = state_, &in] { read(in, *state); }).detach();
  }

  // Waits for at least one line; empty at the end of the input.
  std::vector<Line> next_batch() {
    std::unique_lock lock(state_->mutex);
    while (state_->lines.empty() && !state_->over) {
      state_->changed.wait_for(lock, std::chrono::milliseconds(100));
      core::throw_if_stopped();
    }
    std::vector<Line> batch;
    batch.swap(state_->lines);
    state_->changed.notify_all();
    return batch;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Line> lines;
    bool over = false;
  };

  static void read(std::istream& in, State& state) {
    std::string text;
    for (std::size_t index = 0; std::getline(in, text); ++index) {
      std::unique_lock lock(state.mutex);
      state.changed.wait(lock, [&] { return state.lines.size() < kMostAtOnce; });
      state.lines.push_back({index, std::move(text)});
      state.changed.notify_all();
    }
    const std::lock_guard lock(state.mutex);
    state.over = true;
    state.changed.notify_all();
  }

  std::shared_ptr<State> state_;
};

struct Job {
  std::size_t index = 0;
  Json id;
  std::uint64_t seed = 0;
  evaluate::Submission submission;
};

class LineJudge {
 public:
  LineJudge(std::ostream& out,
            const evaluate::EvaluatorOptions& options,
            const tasks::Catalogue& catalogue)
      : out_(out), options_(options), catalogue_(catalogue) {}

  void judge(const std::vector<Line>& lines) {
    std::map<std::uint64_t, std::vector<Job>> by_seed;
    for (const Line& line : lines) {
      if (core::trim(line.text).empty()) continue;
      Job job{line.index, nullptr, options_.secret_seed, {}};
      if (read(line, job)) by_seed[job.seed].push_back(std::move(job));
    }
    for (const auto& [seed, jobs] : by_seed) judge(seed, jobs);
  }
  bool all_judged() const { return all_judged_; }

 private:
  bool read(const Line& line, Job& job) {
    try {
      const Json json = core::parse_json(line.text, "line " + std::to_string(line.index + 1));
      if (const auto id = json.find("id"); id != json.end()) job.id = *id;
      const std::string task = core::get<std::string>(json, "task", "the line");
      job.submission = {
          catalogue_.find(task).id, core::get<std::string>(json, "text", "the line"), ""};
      if (const auto seed = json.find("seed"); seed != json.end() && !seed->is_null())
        job.seed = core::get<std::uint64_t>(json, "seed", "the line");
      return true;
    } catch (const core::Error& error) {
      put({{"index", line.index}, {"id", job.id}, {"error", error.what()}});
      all_judged_ = false;
      return false;
    }
  }

  void judge(std::uint64_t seed, const std::vector<Job>& jobs) {
    if (!evaluator_ || seed_ != seed) {
      evaluator_.reset();  // its device memory first
      evaluate::EvaluatorOptions options = options_;
      options.secret_seed = seed_ = seed;
      evaluator_ = evaluate::make_evaluator(options, catalogue_);
    }
    std::vector<evaluate::Submission> submissions;
    for (const Job& job : jobs) submissions.push_back(job.submission);
    evaluator_->evaluate_all(submissions, [&](std::size_t i, const records::Evaluation& result) {
      Json line = {{"index", jobs[i].index},
                   {"id", jobs[i].id},
                   {"passed", records::is_correct(result.status)}};
      line.update(records::to_json(result));
      put(line);
    });
  }

  void put(const Json& line) { out_ << core::dump_json(line) << "\n" << std::flush; }

  std::ostream& out_;
  evaluate::EvaluatorOptions options_;
  const tasks::Catalogue& catalogue_;
  std::unique_ptr<evaluate::Evaluator> evaluator_;
  std::uint64_t seed_ = 0;
  bool all_judged_ = true;
};

}  // namespace

bool judge_lines(std::istream& in,
                 std::ostream& out,
                 const evaluate::EvaluatorOptions& options,
                 const tasks::Catalogue& catalogue) {
  Inbox inbox(in);
  LineJudge judge(out, options, catalogue);
  for (std::vector<Line> batch = inbox.next_batch(); !batch.empty(); batch = inbox.next_batch())
    judge.judge(batch);
  return judge.all_judged();
}

}  // namespace vegttt::cli
