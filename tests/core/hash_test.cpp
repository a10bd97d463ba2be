#include "vegttt/core/hash.h"

#include <gtest/gtest.h>

namespace vegttt::core {
namespace {

TEST(Sha256, EqualsThePublishedVectors) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(short_hash("abc"), "ba7816bf8f01");
}

TEST(Hash64, TellsNeighboursApartInEveryByte) {
  const auto difference = hash64("step1") ^ hash64("step2");
  for (int byte = 0; byte < 8; ++byte)
    EXPECT_NE((difference >> (8 * byte)) & 0xFF, 0u) << "byte " << byte;
}

}  // namespace
}  // namespace vegttt::core
