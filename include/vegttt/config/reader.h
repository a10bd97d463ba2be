// Fills option structs from YAML text and `key=value` overrides through their visit_fields lists,
// remembers where each value came from and collects every mistake. yaml-cpp stays behind this
// header.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vegttt/config/visitor.h"

namespace vegttt::config {

class FieldReader {
 public:
  // `name` stands for the file in messages. Throws UserError only where the YAML itself cannot be
  // parsed. Where a key has several values, the last one counts: the file's, those `given`, the
  // overrides.
  FieldReader(const std::string& yaml,
              const std::string& name,
              const std::vector<std::string>& overrides,
              const std::vector<Given>& given = {});
  ~FieldReader();

  template <class Options>
  void read(Options& options) {
    Options::visit_fields(options, *this);
  }

  // The value given for one key, "" when there is none: for keys that must be known before the
  // others are read.
  std::string peek(const std::string& key) const;
  // For groups whose keys are chosen by the user: the names in `group`, in their order, ..
  std::vector<std::string> names_in(const std::string& group);
  // .. and everything below it, with keys that begin behind it: to be read as another struct's.
  std::vector<Given> take(const std::string& group);
  // Adds a mistake of the caller's own at the place where `key` was given.
  void complain(const std::string& key, const std::string& what);
  // Throws one UserError that lists every mistake, unknown keys included.
  void throw_if_wrong() const;
  const Origins& origins() const;

  // Called by visit_fields.
  template <class T>
  void field(const char* name, T& value, const char*) {
    read_value(name, value);
  }
  template <class T>
  void group(const char* name, T& value, const char*) {
    enter(name);
    T::visit_fields(value, *this);
    leave();
  }

 private:
  void read_value(const char* name, bool& value);
  void read_value(const char* name, int& value);
  void read_value(const char* name, std::int64_t& value);
  void read_value(const char* name, double& value);
  void read_value(const char* name, std::string& value);
  void read_value(const char* name, std::vector<int>& value);
  void read_value(const char* name, std::vector<std::int64_t>& value);
  void read_value(const char* name, std::vector<double>& value);
  void read_value(const char* name, std::vector<std::string>& value);
  void read_value(const char* name, std::map<std::string, double>& value);
  void read_value(const char* name, std::optional<int>& value);
  void read_value(const char* name, std::optional<double>& value);
  void enter(const char* name);
  void leave();
  template <class T>
  void read_any(const char* name, T& value);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vegttt::config
