// The patterns matched by hand split every text as PCRE2 splits it by the pattern itself.
#include <gtest/gtest.h>

#include "tokenizer/splitter.h"
#include "vegttt/core/rng.h"
#include "vegttt/policy/bpe_trainer.h"

namespace vegttt::policy {
namespace {

// One or more of every class that the patterns tell apart: letters of each case, titlecase,
// modifier, other; marks; numbers; spaces and line ends; what contractions are made of.
const std::vector<std::string>& alphabet() {
  static const std::vector<std::string> list = {
      "a",      "e",      "z",      "A",          "Z",      "\u00df", "\u0130", "\u01c5", "\u02b0",
      "\u3042", "\u4e2d", "\u0300", "\u0301",     "\u0e31", "\u0903", "0",      "7",      "\u0661",
      "\u00bd", "\u2160", " ",      " ",          "\t",     "\n",     "\r",     "\u00a0", "\u3000",
      "\u2028", "\u0085", "'",      "'",          "\u2019", "s",      "S",      "\u017f", "t",
      "re",     "VE",     "ll",     "M",          "d",      ".",      ",",      "/",      "//",
      "(",      "{",      "\u20ac", "\U0001f469", "\u200d", "\ufe0f", "\x01",   "\u200b", "\u180e"};
  return list;
}

std::string random_text(int seed) {
  const auto rng = core::CounterRng::of({"splits", std::to_string(seed)});
  const auto length = 1 + static_cast<int>(24 * rng.uniform(0));
  std::string text;
  for (int i = 0; i < length; ++i) {
    const auto which =
        static_cast<double>(alphabet().size()) * rng.uniform(static_cast<std::uint64_t>(i) + 1);
    text += alphabet()[static_cast<std::size_t>(which)];
  }
  return text;
}

class Splits : public testing::TestWithParam<const char*> {};

TEST_P(Splits, ByHandEqualsByPattern) {
  const Splitter splitter(GetParam(), "test");
  ASSERT_TRUE(known_split(GetParam()));
  for (int seed = 0; seed < 20000; ++seed) {
    const std::string text = random_text(seed);
    std::vector<std::string> by_hand, by_pattern;
    splitter.split(text, [&](std::string_view piece) { by_hand.emplace_back(piece); });
    splitter.split_by_pattern(text,
                              [&](std::string_view piece) { by_pattern.emplace_back(piece); });
    ASSERT_EQ(by_hand, by_pattern) << text;
  }
}

std::string name_of_pattern(const testing::TestParamInfo<const char*>& info) {
  const char* const names[] = {"Gpt2", "Qwen", "Llama3", "O200k"};
  return names[info.index];
}

INSTANTIATE_TEST_SUITE_P(All,
                         Splits,
                         testing::Values(kGpt2Split, kQwenSplit, kLlama3Split, kO200kSplit),
                         name_of_pattern);

TEST(KnownSplit, OtherPatternsAreLeftToPcre) { EXPECT_EQ(known_split("\\p{L}+"), nullptr); }

}  // namespace
}  // namespace vegttt::policy
