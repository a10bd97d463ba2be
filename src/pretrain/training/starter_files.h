// The files of a model folder other than its weights.
#pragma once

#include <string>

#include "vegttt/core/json.h"
#include "vegttt/policy/model_config.h"
#include "vegttt/pretrain/corpus.h"
#include "vegttt/pretrain/options.h"

namespace vegttt::pretrain {

inline constexpr const char* kEndToken = "<|end|>";

// tokenizer.json learnt from the first samples of the corpus.
core::Json learn_tokenizer(const Corpus& corpus, const PretrainOptions& options);
policy::ModelConfig model_config(const PretrainOptions& options, int end_token);
// tokenizer.json, tokenizer_config.json and generation_config.json.
void write_tokenizer_files(const std::string& folder, const core::Json& tokenizer, int end_token);

}  // namespace vegttt::pretrain
