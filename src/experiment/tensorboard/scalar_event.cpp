#include "scalar_event.h"

#include <cstring>
#include <optional>

namespace vegttt::experiment::tensorboard {
namespace {

// Field numbers of event.proto and summary.proto.
enum EventField { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5 };
enum SummaryField { kValue = 1 };
enum ValueField { kTag = 1, kSimpleValue = 2 };
// Wire types of protobuf.
enum Wire { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>((value & 0x7f) | 0x80);
  to += static_cast<char>(value);
}

void put_key(std::string& to, int field, Wire wire) {
  put_varint(to, static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire));
}

// Both formats are little-endian, as every machine that this program runs on.
template <class T>
void put_fixed(std::string& to, int field, T value) {
  put_key(to, field, sizeof(T) == 8 ? kFixed64 : kFixed32);
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_bytes(std::string& to, int field, std::string_view bytes) {
  put_key(to, field, kBytes);
  put_varint(to, bytes.size());
  to += bytes;
}

std::string encode_value(const std::string& tag, double value) {
  std::string bytes;
  put_bytes(bytes, kTag, tag);
  put_fixed(bytes, kSimpleValue, static_cast<float>(value));
  return bytes;
}

struct Field {
  int number = 0;
  std::uint64_t integer = 0;  // of kVarint
  std::string_view bytes;     // of the other wire types
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<Field> next() {
    const auto key = varint();
    if (!key) return {};
    Field field;
    field.number = static_cast<int>(*key >> 3);
    switch (static_cast<int>(*key & 7)) {
      case kVarint: {
        const auto value = varint();
        if (!value) return {};
        field.integer = *value;
        return field;
      }
      case kFixed64:
        return with_bytes(field, 8);
      case kFixed32:
        return with_bytes(field, 4);
      case kBytes: {
        const auto length = varint();
        return length ? with_bytes(field, *length) : std::nullopt;
      }
      default:
        return {};
    }
  }

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return {};
  }

  std::optional<Field> with_bytes(Field field, std::uint64_t length) {
    if (length > rest_.size()) return {};
    field.bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return field;
  }

  std::string_view rest_;
};

template <class T>
T fixed(std::string_view bytes) {
  T value{};
  if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::pair<std::string, double> decode_value(std::string_view bytes) {
  std::pair<std::string, double> value;
  FieldReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == kTag) value.first = field->bytes;
    if (field->number == kSimpleValue) value.second = fixed<float>(field->bytes);
  }
  return value;
}

}  // namespace

std::string encode(const ScalarEvent& event) {
  std::string summary;
  for (const auto& [tag, value] : event.scalars)
    put_bytes(summary, kValue, encode_value(tag, value));
  std::string bytes;
  put_fixed(bytes, kWallTime, event.wall_time_s);
  put_key(bytes, kStep, kVarint);
  put_varint(bytes, static_cast<std::uint64_t>(event.step));
  put_bytes(bytes, kSummary, summary);
  return bytes;
}

std::string encode_file_version(double wall_time_s) {
  std::string bytes;
  put_fixed(bytes, kWallTime, wall_time_s);
  put_bytes(bytes, kFileVersion, "brain.Event:2");
  return bytes;
}

ScalarEvent decode(std::string_view bytes) {
  ScalarEvent event;
  FieldReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == kWallTime) event.wall_time_s = fixed<double>(field->bytes);
    if (field->number == kStep) event.step = static_cast<std::int64_t>(field->integer);
    if (field->number != kSummary) continue;
    FieldReader values(field->bytes);
    while (const auto value = values.next()) {
      if (value->number == kValue) event.scalars.push_back(decode_value(value->bytes));
    }
  }
  return event;
}

}  // namespace vegttt::experiment::tensorboard
