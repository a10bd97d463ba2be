#include "event_file.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>

#include "crc32c.h"
#include "vegttt/core/error.h"

namespace vegttt::experiment::tensorboard {
namespace {

constexpr const char* kNamePrefix = "events.out.tfevents.";  // what TensorBoard looks for
constexpr std::size_t kHeaderBytes = 12, kFooterBytes = 4;

template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <class T>
T value_at(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string framed(const std::string& record) {
  const std::string length = bytes_of<std::uint64_t>(record.size());
  return length + bytes_of(masked_crc32c(length)) + record + bytes_of(masked_crc32c(record));
}

// The record that `bytes` begin with; none when it is torn or broken.
std::optional<std::string_view> first_record(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return {};
  const auto length = value_at<std::uint64_t>(bytes, 0);
  if (value_at<std::uint32_t>(bytes, 8) != masked_crc32c(bytes.substr(0, 8))) return {};
  if (length > bytes.size() - kHeaderBytes || bytes.size() - kHeaderBytes - length < kFooterBytes)
    return {};
  const auto record = bytes.substr(kHeaderBytes, length);
  const bool whole = value_at<std::uint32_t>(bytes, kHeaderBytes + length) == masked_crc32c(record);
  return whole ? std::optional(record) : std::nullopt;
}

struct Contents {
  std::vector<ScalarEvent> events;
  std::size_t whole_bytes = 0;  // up to the end of the last whole record
};

Contents read(const core::fs::path& file) {
  const std::string text = core::read_file(file);
  Contents contents;
  std::string_view rest = text;
  while (const auto record = first_record(rest)) {
    contents.events.push_back(decode(*record));
    const std::size_t length = kHeaderBytes + record->size() + kFooterBytes;
    contents.whole_bytes += length;
    rest.remove_prefix(length);
  }
  return contents;
}

double seconds_since_1970() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

core::fs::path file_in(const core::fs::path& folder) {
  for (const auto& entry : core::fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(kNamePrefix)) return entry.path();
  }
  const auto second = static_cast<long long>(seconds_since_1970());
  return folder / (kNamePrefix + std::to_string(second) + ".vegttt");
}

}  // namespace

std::vector<ScalarEvent> read_events(const core::fs::path& file) { return read(file).events; }

EventFile::EventFile(const core::fs::path& folder) {
  core::make_folder(folder);
  file_ = file_in(folder);
  if (core::fs::exists(file_)) {
    const Contents contents = read(file_);
    std::error_code error;
    core::fs::resize_file(file_, contents.whole_bytes, error);
    if (error) throw core::MachineError(file_.string() + ": " + error.message(), "ftruncate");
    for (const auto& event : contents.events) {
      for (const auto& [tag, value] : event.scalars) written_.emplace(event.step, tag);
    }
    if (contents.whole_bytes > 0) return;
  }
  append(encode_file_version(seconds_since_1970()));
}

void EventFile::add(std::int64_t step, const Scalars& scalars) {
  ScalarEvent event{seconds_since_1970(), step, {}};
  for (const auto& scalar : scalars) {
    if (written_.emplace(step, scalar.first).second) event.scalars.push_back(scalar);
  }
  if (!event.scalars.empty()) append(encode(event));
}

void EventFile::append(const std::string& record) {
  std::ofstream out(file_, std::ios::binary | std::ios::app);
  out << framed(record) << std::flush;
  if (!out) throw core::MachineError(file_.string() + ": " + std::strerror(errno), "write");
}

}  // namespace vegttt::experiment::tensorboard
