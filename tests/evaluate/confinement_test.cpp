#include <gtest/gtest.h>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {

TEST(Confinement, AMissingPartHasALineForPeople) {
  const Confinement found = probe_confinement();
  const bool complete = found.landlock && found.seccomp;
  EXPECT_TRUE(complete || !found.missing.empty());
  for (const auto& line : found.missing) EXPECT_NE(line.find("refused"), std::string::npos) << line;
}

}  // namespace vegttt::evaluate
