#include "submission.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {

std::optional<records::Candidate> assemble(const Submission& submission,
                                           const EvaluatorOptions& options,
                                           const tasks::Catalogue& catalogue,
                                           records::Evaluation& result) {
  const tasks::Task& task = catalogue.find(submission.task_id);
  result.task_id = task.id;
  result.size = options.size;
  result.dialect = options.evaluate.dialect;
  result.protocol = options.evaluate.protocol;
  if (const auto contract = task.contract_at(options.evaluate.precision);
      contract != tasks::Contract::kFp32)
    result.flags.push_back(std::string("contract_") + name_of(contract));
  const std::string code = scaffold::extract_code(submission.completion);
  if (code.empty()) {
    result.status = records::Status::kNoCode;
    result.message = "no code block and no launch in the answer";
    return std::nullopt;
  }
  core::Result<records::Candidate> assembled =
      scaffold::dialect(result.dialect).assemble(task, options.size, code);
  if (!assembled) {
    result.status = records::Status::kScaffoldError;
    result.message = assembled.error();
    return std::nullopt;
  }
  result.candidate_hash = assembled.value().hash;
  return std::move(assembled).value();
}

std::string first_error(const std::string& log) {
  const auto lines = core::lines_of(log);
  if (lines.empty()) return "the compiler failed without a message";
  const auto is_error = [](std::string_view line) {
    return line.find("error") != std::string_view::npos;
  };
  const auto found = std::find_if(lines.begin(), lines.end(), is_error);
  return std::string(found == lines.end() ? lines.front() : *found);
}

void for_each_on_threads(std::size_t count,
                         int threads,
                         const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    }
  };
  std::vector<std::jthread> pool;
  const auto helpers = static_cast<int>(std::min<std::size_t>(
                           count, static_cast<std::size_t>(std::max(threads, 1)))) -
                       1;
  for (int i = 0; i < helpers; ++i) pool.emplace_back(work);
  work();
  pool.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace vegttt::evaluate
