#include "task_store.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/util/StringUtil.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "machine_speed.h"
#include "reference_clock.h"
#include "scalar_type.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"

namespace vegttt::evaluate {
namespace {

constexpr std::size_t kSetsLimit = std::size_t{512} << 20;  // inputs of one task
constexpr int kFewestSets = 2;                              // one to warm up, one to time
// A process sees each set once. One more set costs a second by a large task, its float64 truth
// above all; one more process, 20 ms for every candidate.
constexpr int kTimingSets = 3;

// Bytes of all tasks together.
std::size_t store_limit() {
  constexpr std::size_t kLeast = std::size_t{2} << 30;
  const auto memory = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
                      static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return std::max(kLeast, memory / 4);
}

// Each input of each set is a descriptor; a hundred tasks have more than the usual 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

double timed_us(const tasks::Reference& reference, const std::vector<at::Tensor>& inputs) {
  reference(inputs);  // the first call resolves operators
  const core::Stopwatch watch;
  reference(inputs);
  return watch.elapsed_s() * 1e6;
}

// Prompts say the declared shape, the judge goes by what the reference returns.
void require_declared_output(const tasks::Task& task,
                             const std::string& size,
                             const at::Tensor& output) {
  const auto declared = task.output(size).sizes;
  if (output.sizes() == at::IntArrayRef(declared)) return;
  throw core::UserError(c10::str("output: ",
                                 at::IntArrayRef(declared),
                                 " at size '",
                                 size,
                                 "', and the reference returns ",
                                 output.sizes()),
                        task.file,
                        "correct `output` or the reference");
}

}  // namespace

std::vector<std::vector<const SharedBuffer*>> PreparedTask::buffers_of_sets() const {
  std::vector<std::vector<const SharedBuffer*>> all;
  for (const InputSet& set : sets) {
    auto& pointers = all.emplace_back();
    for (const SharedBuffer& buffer : set.buffers) pointers.push_back(&buffer);
  }
  return all;
}

SharedBuffer shared_copy(const at::Tensor& tensor, const std::string& name) {
  SharedBuffer buffer(tensor.nbytes(), name);
  std::memcpy(buffer.bytes().data(), tensor.const_data_ptr(), tensor.nbytes());
  buffer.seal();
  return buffer;
}

std::uint64_t secret_seed_of(const EvaluatorOptions& options) {
  std::uint64_t value = options.secret_seed;
  if (value == 0 && ::getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value))
    throw core::MachineError("no random numbers", "getrandom");
  return value;
}

std::uint64_t next_secret(std::uint64_t seed) {
  return core::CounterRng::of({"inputs anew", std::to_string(seed)}).key();
}

int set_up_process(const config::EvaluateOptions& options) {
  keep_freed_memory();
  raise_descriptor_limit();
  const int threads = options.threads > 0 ? options.threads : usable_cores();
  at::set_num_threads(threads);
  return threads;
}

std::vector<at::Tensor> tensors_over(const std::vector<tasks::TensorShape>& shapes,
                                     const std::vector<std::span<const std::byte>>& memory) {
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < memory.size(); ++i)
    tensors.push_back(at::from_blob(const_cast<std::byte*>(memory[i].data()),
                                    shapes[i].sizes,
                                    at::TensorOptions().dtype(scalar_type(shapes[i].dtype))));
  return tensors;
}

TaskStore::TaskStore(const EvaluatorOptions& options,
                     const Protocol& protocol,
                     const tasks::Catalogue& catalogue,
                     int threads)
    : options_(options),
      protocol_(protocol),
      catalogue_(catalogue),
      threads_(threads),
      secret_seed_(secret_seed_of(options)) {}

int TaskStore::sets_for(std::size_t bytes_per_set) const {
  const int wanted =
      std::max(protocol_.checks, protocol_.warmup) + std::min(protocol_.timings, kTimingSets);
  const auto fitting = static_cast<int>(
      std::min<std::size_t>(kSetsLimit / std::max<std::size_t>(bytes_per_set, 1), 64));
  return std::clamp(fitting, kFewestSets, std::max(kFewestSets, wanted));
}

PreparedTask TaskStore::prepare(const tasks::Task& task) const {
  PreparedTask prepared;
  prepared.task = &task;
  prepared.shapes = task.input_shapes(options_.size);
  prepared.reference = std::make_unique<tasks::Reference>(task, options_.reference);
  std::size_t bytes_per_set = 0;
  for (const tasks::TensorShape& shape : prepared.shapes)
    bytes_per_set += static_cast<std::size_t>(shape.bytes());
  const tasks::InputKind kind =
      protocol_.public_inputs ? tasks::InputKind::kPublic : tasks::InputKind::kStrict;
  const Tolerance tolerance{protocol_.absolute_tolerance,
                            terms_of(task, options_.size),
                            task.contract_at(options_.evaluate.precision)};
  for (int set = 0; set < sets_for(bytes_per_set); ++set) {
    const std::vector<at::Tensor> inputs =
        tasks::make_inputs(task, options_.size, secret_seed_, set, kind);
    if (set == 0) require_declared_output(task, options_.size, (*prepared.reference)(inputs));
    InputSet& stored = prepared.sets.emplace_back();
    stored.expected = expect(task, *prepared.reference, inputs, tolerance);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      stored.buffers.push_back(shared_copy(inputs[i], task.inputs[i].name));
    if (set == 0) prepared.reference_us = timed_us(*prepared.reference, inputs);
  }
  const std::size_t output_bytes = prepared.sets.front().expected.output_bytes();
  prepared.output = std::make_unique<SharedBuffer>(output_bytes, "out");
  prepared.floor_us = floor_us(task.work_at(options_.size), machine_speed(threads_));
  prepared.bytes = prepared.sets.size() * (bytes_per_set + 2 * output_bytes);
  return prepared;
}

void TaskStore::draw_anew() {
  tasks_.clear();
  secret_seed_ = next_secret(secret_seed_);
}

const PreparedTask& TaskStore::get(const std::string& task_id) {
  const tasks::Task& task = catalogue_.find(task_id);
  const auto found = std::find_if(
      tasks_.begin(), tasks_.end(), [&](const PreparedTask& p) { return p.task->id == task.id; });
  if (found != tasks_.end()) {
    tasks_.splice(tasks_.begin(), tasks_, found);
    return tasks_.front();
  }
  tasks_.push_front(prepare(task));
  const std::size_t limit = store_limit();
  std::size_t bytes = 0;
  for (auto it = tasks_.begin(); it != tasks_.end();) {
    bytes += it->bytes;
    it = bytes > limit && it != tasks_.begin() ? tasks_.erase(it) : std::next(it);
  }
  return tasks_.front();
}

}  // namespace vegttt::evaluate
