#include "sampler_gap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tiny_learning.h"
#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

TEST(SamplerGap, SumsOverCallsAndSeesItsTail) {
  SamplerGap gap;
  gap.add(at::zeros({1998}), at::full({1998}, -0.25));
  gap.add(at::zeros({2}), at::tensor({1.0f, 3.0f}));
  EXPECT_NEAR(gap.mean(), (1998 * 0.25 + 4) / 2000, 1e-9);
  EXPECT_EQ(gap.largest(), 3);
  EXPECT_EQ(gap.tail(), 1);  // one in a thousand is beyond
}

TEST(SamplerGap, OfWhatIsNoNumberIsNoNumberAndRefused) {
  SamplerGap gap;
  gap.add(at::zeros({2}), at::tensor({0.0f, std::nanf("")}));
  gap.add(at::zeros({1}), at::zeros({1}));
  EXPECT_TRUE(std::isnan(gap.largest()));
  EXPECT_TRUE(std::isnan(gap.tail()));
  EXPECT_THROW(gap.check(*tiny_policy()->model(), 1e-4, 1), core::MachineError);
}

}  // namespace
}  // namespace vegttt::learn
