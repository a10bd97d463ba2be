// One record of an event file: numbers that belong to a step, as TensorFlow's protobuf `Event`.
// Written and read by hand, since four field numbers do not need a library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vegttt::experiment::tensorboard {

using Scalars = std::vector<std::pair<std::string, double>>;  // tag, value (kept as a float)

struct ScalarEvent {
  double wall_time_s = 0;  // seconds since 1970
  std::int64_t step = 0;
  Scalars scalars;
};

std::string encode(const ScalarEvent& event);
// The record that an event file begins with.
std::string encode_file_version(double wall_time_s);
// Fields of other kinds are skipped; what is no protobuf gives the fields before it.
ScalarEvent decode(std::string_view bytes);

}  // namespace vegttt::experiment::tensorboard
