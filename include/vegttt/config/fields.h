// Option structs as a flat list of fields, for showing, comparing and documenting them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vegttt::config {

struct Field {
  std::string key;    // "learn.learning_rate"
  std::string value;  // YAML flow text that reads back as the same value
  std::string doc;
};

// Visitor that lists the fields of any option struct:
//   FieldLister lister;  Options::visit_fields(options, lister);  lister.fields();
class FieldLister {
 public:
  template <class T>
  void field(const char* name, const T& value, const char* doc) {
    fields_.push_back({prefix_ + name, text_of(value), doc});
  }
  template <class T>
  void group(const char* name, const T& value, const char*) {
    const std::string outer = prefix_;
    prefix_ += std::string(name) + ".";
    T::visit_fields(value, *this);
    prefix_ = outer;
  }
  const std::vector<Field>& fields() const { return fields_; }

 private:
  static std::string text_of(bool value);
  static std::string text_of(std::int64_t value);
  static std::string text_of(int value) { return text_of(std::int64_t{value}); }
  static std::string text_of(double value);
  static std::string text_of(const std::string& value);
  static std::string text_of(const std::map<std::string, double>& value);
  template <class T>
  static std::string text_of(const std::optional<T>& value) {
    return value ? text_of(*value) : "null";
  }
  template <class T>
  static std::string text_of(const std::vector<T>& values) {
    std::string text = "[";
    for (const auto& value : values) text += (text.size() > 1 ? ", " : "") + text_of(value);
    return text + "]";
  }

  std::string prefix_;
  std::vector<Field> fields_;
};

}  // namespace vegttt::config
