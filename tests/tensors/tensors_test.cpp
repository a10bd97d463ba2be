#include "vegttt/tensors/tensors.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/core/safetensors.h"

namespace vegttt::tensors {
namespace {

using ::testing::HasSubstr;

TEST(Tensors, ComeBackEqualInEveryDtypeAndShape) {
  core::TemporaryFolder folder;
  const auto path = folder.path() / "all.safetensors";
  TensorMap saved;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    saved[dtype_name(type)] = at::randn({3, 5}).to(type);
  }
  for (const at::ScalarType type :
       {at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool}) {
    saved[dtype_name(type)] = at::randint(0, 2, {7}).to(type);
  }
  saved["scalar"] = at::scalar_tensor(2.5);
  saved["empty"] = at::empty({0, 4});
  saved["transposed"] = at::randn({4, 6}).t();
  save_tensors(path, saved, {{"task", "L1/4"}});
  const TensorMap loaded = load_tensors(path);
  ASSERT_EQ(loaded.size(), saved.size());
  for (const auto& [name, tensor] : saved) {
    EXPECT_EQ(loaded.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(loaded.at(name), tensor)) << name;
  }
  EXPECT_EQ(core::SafetensorsFile(path).metadata().at("task"), "L1/4");
}

TEST(Tensors, OutliveTheMapTheyCameFrom) {
  core::TemporaryFolder folder;
  const auto path = folder.path() / "one.safetensors";
  save_tensors(path, {{"x", at::arange(1000)}});
  at::Tensor x;
  {
    TensorMap loaded = load_tensors(path);
    x = loaded.at("x");
  }
  EXPECT_EQ(x.sum().item<std::int64_t>(), 499500);
}

TEST(Tensors, AreNotCopiedWhenTheirBytesAreAligned) {
  core::TemporaryFolder folder;
  const auto path = folder.path() / "two.safetensors";
  save_tensors(path, {{"a", at::ones({64})}, {"b", at::ones({64})}});
  const TensorMap loaded = load_tensors(path);
  const auto distance = loaded.at("b").data_ptr<float>() - loaded.at("a").data_ptr<float>();
  EXPECT_EQ(distance, 64) << "both lie in one mapping, one behind the other";
}

TEST(Tensors, SayWhatIsWrongWithAFile) {
  core::TemporaryFolder folder;
  EXPECT_THROW(load_tensors(folder.path() / "missing.safetensors"), core::UserError);
  core::write_file_atomically(folder.path() / "short.safetensors", "abc");
  EXPECT_THROW(load_tensors(folder.path() / "short.safetensors"), core::UserError);
  EXPECT_THROW(dtype_from_name("F8"), core::UserError);
}

}  // namespace
}  // namespace vegttt::tensors
