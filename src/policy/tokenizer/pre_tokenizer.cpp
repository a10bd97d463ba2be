#include "tokenizer/pre_tokenizer.h"

namespace vegttt::policy {

void PreTokenizer::apply(std::size_t step,
                         std::string_view text,
                         const std::function<void(std::string_view)>& word) const {
  if (step == steps_.size()) return word(text);
  const Step& now = steps_[step];
  if (!now.prefix_space) {
    return now.splitter[0].split(text,
                                 [&](std::string_view piece) { apply(step + 1, piece, word); });
  }
  if (text.starts_with(' ')) return apply(step + 1, text, word);
  const std::string spaced = " " + std::string(text);
  apply(step + 1, spaced, word);
}

}  // namespace vegttt::policy
