#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vegttt::scaffold {

struct EmbeddedPrompt {
  std::string_view path;  // below configs/prompts: "full/user.txt"
  std::string text;
};

// The files of configs/prompts as they were when the program was built.
const std::vector<EmbeddedPrompt>& embedded_prompts();

}  // namespace vegttt::scaffold
