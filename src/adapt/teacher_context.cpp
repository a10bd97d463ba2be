#include "teacher_context.h"

#include <algorithm>

#include "feedback.h"
#include "vegttt/adapt/normalised_kernel.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;
using records::Status;

bool verified(const JudgedRollout& judged) { return records::is_trusted(judged.evaluation.status); }

bool same_kernel(const JudgedRollout& a, const JudgedRollout& b) {
  return normalised_kernel(code_of(a.rollout.completion)) ==
         normalised_kernel(code_of(b.rollout.completion));
}

const TaskPrompt& prompt_of(const Context& context, const JudgedRollout& judged) {
  for (const auto& task : context.tasks) {
    if (task.task_id == judged.rollout.key.task_id) return task;
  }
  VEGTTT_ASSERT(false, "every rollout is of a task of the run");
  return context.tasks.front();
}

std::string solution_block(const JudgedRollout& solution) {
  return "Correct solution:\n```cpp\n" + code_of(solution.rollout.completion) + "\n```\n";
}

std::string feedback_part(const JudgedRollout& judged, const std::string& known) {
  const bool failed = judged.evaluation.status != Status::kFast;
  return std::string("The following is feedback from your ") + (failed ? "unsuccessful " : "") +
         "earlier attempt:\n" +
         feedback_block(judged.evaluation, code_of(judged.rollout.completion), known);
}

// What the teacher reads of one rollout, beside the task.
struct Shown {
  const JudgedRollout* solution = nullptr;
  std::string feedback;
};

std::string text_of(const std::string& task, const Shown& shown, const std::string& instruction) {
  std::string text = task;
  for (const auto& part : {shown.solution == nullptr ? "" : solution_block(*shown.solution),
                           shown.feedback,
                           instruction}) {
    if (!part.empty()) text += "\n\n" + part;
  }
  return text;
}

core::Json line_of(const JudgedRollout& judged,
                   const Shown& shown,
                   std::size_t prompt_tokens,
                   const std::string& context_hash) {
  const auto& key = judged.rollout.key;
  return {{"schema_version", records::kSchemaVersion},
          {"theta_step", key.theta_step},
          {"task_id", key.task_id},
          {"sample", key.sample},
          {"prompt_tokens", prompt_tokens},
          {"completion_tokens", judged.rollout.completion_tokens.size()},
          {"context_hash", context_hash},
          {"solution",
           shown.solution == nullptr ? core::Json(nullptr)
                                     : core::Json(shown.solution->rollout.key.text())},
          {"feedback", shown.feedback}};
}

// Collects what the teacher reads of each rollout.
class Reader {
 public:
  Reader(Context& context, const ScoredStep& scored) : context_(context) {
    reading_.prompts.resize(scored.judged.size());
  }

  void leave_out() { ++counts_["teacher_absent"]; }

  void add(std::size_t place,
           const JudgedRollout& judged,
           const JudgedRollout* solution,
           bool with_feedback) {
    const auto& prompt = prompt_of(context_, judged).prompt;
    Shown shown{solution, ""};
    if (with_feedback) shown.feedback = feedback_part(judged, prompt.system + "\n" + prompt.user);
    const std::string user = text_of(prompt.user, shown, context_.config.teacher.instruction);
    auto tokens = context_.sampler.encode_prompt(prompt.system, user);
    if (tokens == judged.rollout.prompt_tokens) ++counts_["teacher_reads_students_prompt"];
    counts_["teacher_with_solution"] += solution != nullptr;
    counts_["teacher_with_feedback"] += with_feedback;
    reading_.lines.push_back(
        line_of(judged, shown, tokens.size(), core::short_hash(prompt.system + "\n" + user)));
    reading_.prompts[place] = std::move(tokens);
  }

  TeacherReading done() {
    reading_.counts = counts_;
    if (counts_["teacher_reads_students_prompt"] > 0)
      context_.observer.note(
          "the teacher reads what the student read: what they differ by is rounding, and nothing "
          "is learnt from it");
    return std::move(reading_);
  }

 private:
  Context& context_;
  TeacherReading reading_;
  std::map<std::string, double> counts_;
};

// A verified kernel of the student's task that is another one than the student's.
bool may_be_shown(const JudgedRollout& one, const JudgedRollout& student) {
  return one.rollout.key.task_id == student.rollout.key.task_id && verified(one) &&
         !same_kernel(one, student);
}

const JudgedRollout* first_solution(const std::vector<JudgedRollout>& judged,
                                    const JudgedRollout& student) {
  const auto found = std::find_if(judged.begin(), judged.end(), [&](const JudgedRollout& one) {
    return may_be_shown(one, student);
  });
  return found == judged.end() ? nullptr : &*found;
}

const JudgedRollout* best_solution(const std::vector<JudgedRollout>& judged,
                                   const JudgedRollout& student) {
  const JudgedRollout* best = nullptr;
  for (const auto& one : judged) {
    const bool faster = best == nullptr || one.evaluation.speedup() > best->evaluation.speedup();
    if (faster && may_be_shown(one, student)) best = &one;
  }
  return best;
}

}  // namespace

TeacherReading sdpo_reading(Context& context, const ScoredStep& scored) {
  const auto& options = context.config.teacher;
  Reader reader(context, scored);
  for (std::size_t i = 0; i < scored.judged.size(); ++i) {
    const auto& student = scored.judged[i];
    if (!scored.batch.usable[i]) {
      reader.leave_out();
      continue;
    }
    const auto* solution = options.solution ? first_solution(scored.judged, student) : nullptr;
    reader.add(i, student, solution, options.context == "feedback");
  }
  return reader.done();
}

TeacherReading opsd_reading(Context& context, const ScoredStep& scored) {
  std::vector<JudgedRollout> all;
  for (int step = 0; step <= scored.metrics.step_idx; ++step) {
    const auto some = context.store.judged(Stream::kAdapt, step);
    all.insert(all.end(), some.begin(), some.end());
  }
  Reader reader(context, scored);
  for (std::size_t i = 0; i < scored.judged.size(); ++i) {
    const auto& student = scored.judged[i];
    const auto* best = scored.batch.usable[i] ? best_solution(all, student) : nullptr;
    if (best == nullptr)
      reader.leave_out();
    else
      reader.add(i, student, best, false);
  }
  return reader.done();
}

}  // namespace vegttt::adapt
