#include "starter_files.h"

#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/policy/bpe_trainer.h"

namespace vegttt::pretrain {

core::Json learn_tokenizer(const Corpus& corpus, const PretrainOptions& options) {
  std::vector<std::string> texts;
  for (int i = 0; i < options.tokenizer_samples; ++i) {
    const Sample sample = corpus.sample(static_cast<std::uint64_t>(i));
    texts.push_back(prompt_of(sample).substr(std::string("<|task|>").size()));
    texts.push_back(sample.code);
  }
  return policy::train_bpe(texts, options.shape.vocabulary, {"<|task|>", "<|code|>", kEndToken});
}

policy::ModelConfig model_config(const PretrainOptions& options, int end_token) {
  const ShapeOptions& shape = options.shape;
  policy::ModelConfig config;
  config.layers = shape.layers;
  config.hidden = shape.hidden;
  config.heads = shape.heads;
  config.kv_heads = shape.kv_heads;
  config.head_dim = shape.head_dim;
  config.ffn = shape.ffn;
  config.vocab = shape.vocabulary;
  config.tied = true;
  config.rope_theta = 10000;  // samples are short
  config.max_positions = 4096;
  config.end_tokens = {end_token};
  return config;
}

void write_tokenizer_files(const std::string& folder, const core::Json& tokenizer, int end_token) {
  const core::fs::path path = folder;
  core::write_file_atomically(path / "tokenizer.json", core::dump_json(tokenizer) + "\n");
  const core::Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                             {"chat_format", "plain"},
                             {"prompt_frame", "compact"},
                             {"eos_token", kEndToken}};
  core::write_file_atomically(path / "tokenizer_config.json", core::dump_json(config, 2) + "\n");
  const core::Json generation = {{"eos_token_id", end_token}};
  core::write_file_atomically(path / "generation_config.json",
                              core::dump_json(generation, 2) + "\n");
}

}  // namespace vegttt::pretrain
