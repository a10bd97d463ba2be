#include "vegttt/core/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

std::span<const std::byte> bytes_of(const std::vector<float>& values) {
  return std::as_bytes(std::span(values));
}

class Safetensors : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const fs::path path_ = folder_.path() / "adapter.safetensors";
  const std::vector<float> a_ = {1, 2, 3, 4, 5, 6}, b_ = {-1};

  void write() {
    write_safetensors(path_,
                      {{"b", {"F32", {1}, bytes_of(b_)}}, {"a", {"F32", {2, 3}, bytes_of(a_)}}},
                      {{"format", "pt"}});
  }
  // Writes header text and data as given, right or wrong.
  void write_raw(const std::string& header, const std::string& data) {
    const std::uint64_t length = header.size();
    write_file_atomically(path_,
                          std::string(reinterpret_cast<const char*>(&length), 8) + header + data);
  }
  std::string refusal() {
    try {
      SafetensorsFile file(path_);
      return "accepted";
    } catch (const UserError& e) {
      return e.what();
    }
  }
};

TEST_F(Safetensors, ReadsBackWhatWasWritten) {
  write();
  const SafetensorsFile file(path_);
  ASSERT_EQ(file.tensors().size(), 2u);
  const auto& a = file.tensors().at("a");
  EXPECT_EQ(a.dtype, "F32");
  EXPECT_EQ(a.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::memcmp(a.bytes.data(), a_.data(), a.bytes.size()), 0);
  EXPECT_EQ(file.metadata().at("format"), "pt");
}

TEST_F(Safetensors, StartsItsDataAlignedAndIsEqualForEqualContents) {
  write();
  const std::string first = read_file(path_);
  std::uint64_t length = 0;
  std::memcpy(&length, first.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  write();
  EXPECT_EQ(read_file(path_), first);
}

TEST_F(Safetensors, SaysThatAFileIsTruncated) {
  write();
  const std::string whole = read_file(path_);
  write_file_atomically(path_, whole.substr(0, whole.size() - 1));
  EXPECT_NE(refusal().find("truncated: tensor 'b' ends at byte 28 of the data, the file has 27"),
            std::string::npos)
      << refusal();
  write_file_atomically(path_, whole.substr(0, 20));
  EXPECT_NE(refusal().find("truncated"), std::string::npos) << refusal();
  write_file_atomically(path_, "abc");
  EXPECT_NE(refusal().find("shorter than its 8-byte length field"), std::string::npos) << refusal();
}

TEST_F(Safetensors, RefusesOffsetsThatDoNotFitTheShape) {
  write_raw(R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "12345678");
  EXPECT_NE(refusal().find("tensor 'x': 8 bytes do not hold its shape as F32"), std::string::npos)
      << refusal();
  write_raw(R"({"x":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,8]}})",
            "12345678");
  EXPECT_NE(refusal().find("impossible shape"), std::string::npos) << refusal();
  write_raw(R"({"x":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}})", "12345678");
  EXPECT_NE(refusal().find("unknown dtype 'Q4'"), std::string::npos) << refusal();
  write_raw(R"([1,2])", "");
  EXPECT_NE(refusal().find("not a JSON object"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace vegttt::core
