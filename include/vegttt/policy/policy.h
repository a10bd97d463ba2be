// The language model as the rest of the program sees it. Tensors stay inside policy/ and learn/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/core/rng.h"

namespace vegttt::policy {

// One completion to sample. Random numbers are a function of `stream` and the token position alone.
struct SampleRequest {
  std::vector<int> prompt;     // token ids
  core::CounterRng stream{0};  // keyed by (run seed, theta step, task, sample)
};

struct Completion {
  std::vector<int> tokens;  // the end token included when sampled
  std::vector<float>
      logprobs;  // of the distribution sampled from: temperature applied, filters renormalised
  bool truncated = false;  // max_new_tokens reached without an end token
};

// Text <-> tokens of a model folder's tokenizer.json.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual std::vector<int> encode(
      const std::string& text) const = 0;  // special tokens in the text are recognised
  virtual std::string decode(const std::vector<int>& tokens, bool skip_special = true) const = 0;
  // What one token stands for, which may be part of a character. Empty for an id without a token.
  virtual std::string bytes_of(int token, bool skip_special = true) const = 0;
  virtual int vocabulary() const = 0;
  virtual int id_of(const std::string& token) const = 0;  // -1 when absent
};

// Samples completions. Implemented by LocalPolicy; tests use ScriptedPolicy (tests/support).
class Sampler {
 public:
  virtual ~Sampler() = default;
  // Prompt text -> ids in the model's own format (chat template for instruction-tuned models).
  virtual std::vector<int> encode_prompt(const std::string& system,
                                         const std::string& user) const = 0;
  // Ids -> the text that is judged (final channel only, special tokens removed).
  virtual std::string decode_completion(const std::vector<int>& tokens) const = 0;
  // Results are independent of grouping and order (CPU float32: bit for bit). `done(i, completion)`
  // is called as each one ends, from the calling thread.
  virtual void sample(const std::vector<SampleRequest>& requests,
                      const config::SamplingOptions& options,
                      const std::function<void(std::size_t, Completion)>& done) = 0;
};

}  // namespace vegttt::policy
