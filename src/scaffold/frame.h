// What the dialects share: the lines around the model's code.
#pragma once

#include <string>

#include "vegttt/core/result.h"
#include "vegttt/records/candidate.h"
#include "vegttt/tasks/task.h"

namespace vegttt::scaffold {

// Larger sources are refused before a compiler sees them: none of the tasks needs a hundredth of
// it.
inline constexpr std::size_t kLargestSource = std::size_t{256} << 10;

// void launch(const float* A, float* out, Workspace& ws)
std::string launch_signature(const tasks::Task& task);

// constexpr int64_t M = 1024; one line per size, derived value and constant, in file order.
std::string constant_declarations(const tasks::Task& task, const std::string& size);

// launch(static_cast<const float*>(buffers[0]), ..., *ws)
std::string launch_call(const tasks::Task& task);

// What can be said about `code` without a compiler; "" when nothing is wrong.
std::string objection_to(const tasks::Task& task, const std::string& code);

// head + the model's code + tail, with the line map and the hash.
records::Candidate wrap(const tasks::Task& task,
                        const std::string& dialect,
                        const std::string& code,
                        const std::string& head,
                        const std::string& tail);

}  // namespace vegttt::scaffold
