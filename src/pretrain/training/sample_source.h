// Tokenised samples, written by several threads ahead of the training loop and handed out in order
// of their index, so that the number of threads changes nothing but the time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "vegttt/policy/policy.h"
#include "vegttt/pretrain/corpus.h"

namespace vegttt::pretrain {

struct TokenSample {
  std::vector<std::uint16_t> tokens;  // prompt, code, end
  std::uint16_t prompt = 0;           // how many of them are the prompt
  std::string family;
};

TokenSample tokenise(const Sample& sample, const policy::Tokenizer& tokenizer);

class SampleSource {
 public:
  static constexpr std::int64_t kPool = 4096;  // samples handed out together

  // Corpus and tokenizer must outlive it.
  SampleSource(const Corpus& corpus,
               const policy::Tokenizer& tokenizer,
               std::int64_t samples,
               int threads);
  ~SampleSource();

  std::int64_t pools() const { return pools_; }
  // Samples [pool * kPool, ...); waits until they are written. Valid as long as this object.
  const std::vector<TokenSample>& pool(std::int64_t index);
  // Samples written so far.
  std::int64_t written();

 private:
  void work();

  const Corpus& corpus_;
  const policy::Tokenizer& tokenizer_;
  std::int64_t samples_, pools_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::int64_t next_ = 0;
  bool stop_ = false;
  std::map<std::int64_t, std::vector<TokenSample>> done_;
  std::vector<std::jthread> threads_;
};

}  // namespace vegttt::pretrain
