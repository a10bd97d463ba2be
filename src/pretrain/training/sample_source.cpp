#include "sample_source.h"

#include <omp.h>

#include <algorithm>

#include "vegttt/core/error.h"

namespace vegttt::pretrain {

TokenSample tokenise(const Sample& sample, const policy::Tokenizer& tokenizer) {
  const std::vector<int> prompt = tokenizer.encode(prompt_of(sample));
  const std::vector<int> code = tokenizer.encode(sample.code + "<|end|>");
  TokenSample result;
  result.tokens.assign(prompt.begin(), prompt.end());
  result.tokens.insert(result.tokens.end(), code.begin(), code.end());
  result.prompt = static_cast<std::uint16_t>(prompt.size());
  result.family = sample.family;
  return result;
}

SampleSource::SampleSource(const Corpus& corpus,
                           const policy::Tokenizer& tokenizer,
                           std::int64_t samples,
                           int threads)
    : corpus_(corpus),
      tokenizer_(tokenizer),
      samples_(samples),
      pools_((samples + kPool - 1) / kPool) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

SampleSource::~SampleSource() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ready_.notify_all();
}

void SampleSource::work() {
  omp_set_num_threads(1);  // of this thread: the leak filter runs tensors of a few elements
  for (;;) {
    std::int64_t index;
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || next_ == pools_) return;
      index = next_++;
    }
    std::vector<TokenSample> pool;
    const std::int64_t end = std::min((index + 1) * kPool, samples_);
    for (std::int64_t i = index * kPool; i < end; ++i) {
      pool.push_back(tokenise(corpus_.sample(static_cast<std::uint64_t>(i)), tokenizer_));
    }
    {
      const std::lock_guard lock(mutex_);
      done_.emplace(index, std::move(pool));
    }
    ready_.notify_all();
  }
}

const std::vector<TokenSample>& SampleSource::pool(std::int64_t index) {
  VEGTTT_ASSERT(index >= 0 && index < pools_, "pool of the corpus");
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [&] { return done_.count(index) > 0; });
  return done_.at(index);
}

std::int64_t SampleSource::written() {
  const std::lock_guard lock(mutex_);
  std::int64_t count = 0;
  for (const auto& [index, pool] : done_) count += static_cast<std::int64_t>(pool.size());
  return count;
}

}  // namespace vegttt::pretrain
