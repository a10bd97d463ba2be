// tokenizer_bench FOLDER TEXT_FILE...: megabytes per second of encode on one core, cold cache and
// warm. With
// --ids it prints the ids of each file instead, one JSON line each, for a comparison with another
// program.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "vegttt/policy/tokenizer.h"

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A JSON array of texts to an array of {ids, decoded}.
int print_ids(const vegttt::policy::Tokenizer& tokenizer, const char* file) {
  auto out = nlohmann::json::array();
  for (const auto& text : nlohmann::json::parse(vegttt::core::read_file(file))) {
    const auto ids = tokenizer.encode(text.get<std::string>());
    out.push_back({{"ids", ids},
                   {"decoded", tokenizer.decode(ids, true)},
                   {"raw", tokenizer.decode(ids, false)}});
  }
  std::puts(out.dump().c_str());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return std::puts("tokenizer_bench FOLDER [--ids] FILE..."), 2;
  const double start = seconds();
  const auto tokenizer = vegttt::policy::load_tokenizer(arguments[1]);
  if (!std::strcmp(arguments[2], "--ids")) return print_ids(*tokenizer, arguments[3]);
  std::printf("read in %.2f s\n", seconds() - start);
  for (int i = 2; i < count; ++i) {
    const std::string text = vegttt::core::read_file(arguments[i]);
    for (const char* state : {"cold", "warm"}) {
      const double begin = seconds();
      const auto ids = tokenizer->encode(text);
      const double took = seconds() - begin;
      std::printf("%s %s: %.1f MB, %zu tokens, %.1f MB/s\n",
                  arguments[i],
                  state,
                  static_cast<double>(text.size()) / 1e6,
                  ids.size(),
                  static_cast<double>(text.size()) / 1e6 / took);
    }
  }
  return 0;
}
