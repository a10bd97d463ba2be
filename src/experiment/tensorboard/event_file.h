// TensorBoard's event file: records of TFRecord (length, its checksum, bytes, their checksum).
#pragma once

#include <set>
#include <utility>

#include "scalar_event.h"
#include "vegttt/core/file.h"

namespace vegttt::experiment::tensorboard {

// Every event of a file; what follows the first record that is torn or broken is left out.
std::vector<ScalarEvent> read_events(const core::fs::path& file);

// The one event file of a folder. A continued run appends to it, so that TensorBoard shows one
// line, and no step twice.
class EventFile {
 public:
  // Opens the folder's file, cutting off a torn last record, or begins one. Throws MachineError.
  explicit EventFile(const core::fs::path& folder);
  // Writes those that the file does not hold for this step yet.
  void add(std::int64_t step, const Scalars& scalars);

 private:
  void append(const std::string& record);

  core::fs::path file_;
  std::set<std::pair<std::int64_t, std::string>> written_;
};

}  // namespace vegttt::experiment::tensorboard
