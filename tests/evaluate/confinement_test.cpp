#include <gtest/gtest.h>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {

TEST(Confinement, EveryMissingPartHasALineForPeople) {
  const Confinement found = probe_confinement();
  EXPECT_EQ(found.missing.empty(), found.landlock && found.seccomp);
}

}  // namespace vegttt::evaluate
