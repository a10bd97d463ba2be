// PTX as the list of what stands at its top level. Enough to cut one program into several and to
// see what state it keeps; instructions are not understood, only the names they mention.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vegttt/core/result.h"

namespace vegttt::evaluate::ptx {

enum class Kind {
  kEntry,     // a kernel
  kFunction,  // .func
  kVariable,  // .global, .const, .shared
};

struct Item {
  Kind kind = Kind::kVariable;
  std::string name;
  std::string linkage;            // "", ".visible", ".weak", ".extern"
  std::string text;               // from its kind on, without comments
  std::vector<std::string> uses;  // identifiers it mentions, itself left out, each once
  bool defined = false;           // functions: has a body
  bool initialised = false;       // variables: has an initialiser
  std::string space;              // variables: ".global", ".const", ".shared"

  bool is_extern() const { return linkage == ".extern"; }
};

struct Module {
  std::string header;  // .version, .target, .address_size
  std::vector<Item> items;
};

// A Failure names what is not PTX as compilers write it: inline assembly that leaves its function
// for anything but another one, declares variables of module scope inside one, or uses what has no
// place in compiled code.
core::Result<Module> parse(std::string_view text);

// `text` with whole identifiers replaced.
std::string replace_names(std::string_view text,
                          const std::vector<std::pair<std::string, std::string>>& names);

struct Parameter {
  std::uint32_t offset = 0, bytes = 0;
};
// Of an entry or its declaration, laid out as a launch expects them.
std::vector<Parameter> parameters_of(const Item& entry);

// The three numbers behind a directive (.maxntid, .reqntid); empty when it is not there.
std::vector<std::uint32_t> numbers_behind(const Item& entry, std::string_view directive);

}  // namespace vegttt::evaluate::ptx
