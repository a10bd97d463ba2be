#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "vegttt/evaluate/runner.h"

namespace vegttt::evaluate {

TEST(SharedBuffer, EndsWhereItsLastPageEnds) {
  for (const std::size_t bytes : {4ul, 924ul, 4096ul, 4100ul, 1048576ul}) {
    const SharedBuffer buffer(bytes, "test");
    EXPECT_EQ(buffer.bytes().size(), bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.bytes().data() + bytes) % 4096, 0u);
    EXPECT_EQ(static_cast<int>(buffer.bytes().back()), 0);
  }
}

TEST(SharedBuffer, MayBeEmpty) { EXPECT_EQ(SharedBuffer(0, "test").bytes().size(), 0u); }

TEST(SharedBuffer, OnceSealedOnlyItsOwnerWrites) {
  SharedBuffer buffer(8192, "test");
  buffer.seal();
  std::memset(buffer.bytes().data(), 7, 8192);
  EXPECT_EQ(::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, buffer.fd(), 0), MAP_FAILED);
  EXPECT_LT(::pwrite(buffer.fd(), "x", 1, 0), 0);
  const std::string path = "/proc/self/fd/" + std::to_string(buffer.fd());
  const int again = ::open(path.c_str(), O_RDWR);
  EXPECT_LT(::pwrite(again, "x", 1, 0), 0);
  EXPECT_LT(::ftruncate(again, 0), 0);
  ::close(again);
  void* readable = ::mmap(nullptr, 8192, PROT_READ, MAP_SHARED, buffer.fd(), 0);
  ASSERT_NE(readable, MAP_FAILED);
  EXPECT_NE(::mprotect(readable, 8192, PROT_READ | PROT_WRITE), 0);
  EXPECT_EQ(static_cast<char*>(readable)[100], 7);
  ::munmap(readable, 8192);
}

TEST(SharedBuffer, CannotBeCutShortUnderItsOwner) {
  const SharedBuffer buffer(8192, "test");
  EXPECT_LT(::ftruncate(buffer.fd(), 0), 0);
}

TEST(SharedBuffer, MovesWithItsMemory) {
  SharedBuffer first(64, "test");
  first.bytes()[3] = std::byte{9};
  SharedBuffer second(std::move(first));
  SharedBuffer third(16, "test");
  third = std::move(second);
  EXPECT_EQ(third.size(), 64u);
  EXPECT_EQ(third.bytes()[3], std::byte{9});
}

}  // namespace vegttt::evaluate
