#include "program.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "ptx.h"
#include "ptx_addresses.h"
#include "readable_name.h"

namespace vegttt::evaluate {
namespace {

using ptx::Item;
using ptx::Kind;

constexpr std::string_view kEntry = "vegttt_record";
// What the prelude calls our definitions, and what compilers call: NVRTC declares the latter
// itself.
constexpr std::string_view kOurs = "vegttt_cdp_", kTheirs = "__cudaCDP2";

// Device printf writes nothing.
constexpr std::string_view kSilentPrintf =
    ".func (.param .b32 result) vprintf(.param .b64 format, .param .b64 values)\n{\n"
    "  st.param.b32 [result], 0;\n  ret;\n}\n";

// ptxas wants a program with a kernel in it.
constexpr std::string_view kNoKernel = ".visible .entry vegttt_no_kernel()\n{\n  ret;\n}\n";

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

class Editor {
 public:
  explicit Editor(ptx::Module module)
      : header_(std::move(module.header)), items_(std::move(module.items)) {
    for (std::size_t i = 0; i < items_.size(); ++i) places_[items_[i].name].push_back(i);
  }

  core::Result<Program> edit() {
    list_kernels();
    if (!too_long_.empty())
      return core::Failure{"the arguments of '" + too_long_ + "' are longer than 4096 bytes"};
    if (!places_.contains(std::string(kEntry))) return core::Failure{"no launch was compiled"};
    const std::set<std::size_t> recorder = reached_from({std::string(kEntry)}, false);
    std::vector<std::string> roots;
    for (const KernelInfo& kernel : program_.kernels) roots.push_back(kernel.name);
    const std::set<std::size_t> kernels = reached_from(roots, true);
    if (std::string why = objection_to_kernels(kernels); !why.empty())
      return core::Failure{std::move(why)};
    if (std::string why = objection_to_recorder(recorder); !why.empty())
      return core::Failure{std::move(why)};
    program_.ptx = kernels_text(kernels);
    program_.recorder_ptx = recorder_text(recorder);
    return std::move(program_);
  }

 private:
  void list_kernels() {
    std::set<std::string> seen;
    for (const Item& item : items_) {
      if (item.kind != Kind::kEntry || item.name == kEntry || !item.defined) continue;
      if (!seen.insert(item.name).second) continue;
      KernelInfo kernel{item.name, readable_name(item.name), 0, 1024, {}};
      for (const ptx::Parameter& p : ptx::parameters_of(item))
        kernel.argument_bytes = p.offset + p.bytes;
      too_long_ = kernel.argument_bytes > kMostArgumentBytes ? kernel.label : too_long_;
      kernel.required_threads = ptx::numbers_behind(item, ".reqntid");
      std::uint64_t most = 1;
      const auto limits = ptx::numbers_behind(item, ".maxntid");
      for (const std::uint32_t n : limits) most *= std::max(n, 1u);
      if (!limits.empty())
        kernel.most_threads = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, 1024));
      program_.kernels.push_back(std::move(kernel));
    }
  }

  // Everything that these names need. `launch` needs kernels by number only.
  std::set<std::size_t> reached_from(const std::vector<std::string>& roots,
                                     bool through_kernels) const {
    std::set<std::size_t> reached;
    std::vector<std::string> open = roots;
    std::set<std::string> seen(roots.begin(), roots.end());
    while (!open.empty()) {
      const std::string name = std::move(open.back());
      open.pop_back();
      const auto found = places_.find(name);
      if (found == places_.end()) continue;
      for (const std::size_t i : found->second) {
        if (!through_kernels && items_[i].kind == Kind::kEntry && name != kEntry) continue;
        reached.insert(i);
        for (const std::string& use : items_[i].uses)
          if (const std::string known = our_name(use); seen.insert(known).second)
            open.push_back(known);
      }
    }
    return reached;
  }

  // __cudaCDP2X is our vegttt_cdp_X where the prelude has one.
  std::string our_name(const std::string& name) const {
    if (!starts_with(name, kTheirs)) return name;
    std::string ours = std::string(kOurs) + name.substr(kTheirs.size());
    return places_.contains(ours) ? ours : name;
  }

  bool is_defined(const std::string& name) const {
    const auto found = places_.find(name);
    return found != places_.end() && std::any_of(found->second.begin(),
                                                 found->second.end(),
                                                 [&](std::size_t i) { return items_[i].defined; });
  }

  std::string user_of(const std::string& name, const std::set<std::size_t>& among) const {
    for (const std::size_t i : among)
      if (std::any_of(items_[i].uses.begin(), items_[i].uses.end(), [&](const std::string& use) {
            return our_name(use) == name;
          }))
        return "'" + readable_name(items_[i].name) + "'";
    return "a kernel";
  }

  std::string objection_to_kernels(const std::set<std::size_t>& kernels) {
    for (const std::size_t i : kernels) {
      const Item& item = items_[i];
      if (starts_with(item.name, kOurs) || starts_with(item.name, kTheirs))
        return user_of(item.name, kernels) +
               " starts kernels or calls the runtime inside a kernel: only `launch` may";
      if (item.name == kEntry) return "a kernel names vegttt_record";
      if (item.kind == Kind::kFunction && !is_defined(item.name) && item.name != "vprintf")
        return user_of(item.name, kernels) + " calls " + readable_name(item.name) +
               ", which kernels do not have here";
      for (const std::string& use : item.uses)
        if (const auto found = places_.find(use);
            found != places_.end() && items_[found->second.front()].kind == Kind::kEntry &&
            use != item.name)
          return "'" + readable_name(item.name) + "' starts the kernel '" + readable_name(use) +
                 "': only `launch` may";
    }
    return objection_to_state(kernels);
  }

  // A kernel can write what it reads, constant tables through their addresses: they are loaded
  // afresh.
  std::string objection_to_state(const std::set<std::size_t>& kernels) {
    for (const std::size_t i : kernels) {
      const Item& item = items_[i];
      if (item.kind != Kind::kVariable || item.space == ".shared") continue;
      if (item.is_extern())
        return "the variable '" + readable_name(item.name) + "' is declared but not defined";
      if (item.space == ".global" && !item.initialised)
        return "the variable '" + readable_name(item.name) +
               "' outlives a launch: use the workspace (ws.alloc) instead of __device__ or static "
               "variables";
      program_.reload = true;
    }
    program_.reload = program_.reload || reaches_code(kernels);
    return "";
  }

  // Code can be written like any other memory, by who knows where it is.
  bool reaches_code(const std::set<std::size_t>& kernels) const {
    std::set<std::string> functions;
    for (const std::size_t i : kernels)
      if (items_[i].kind != Kind::kVariable) functions.insert(items_[i].name);
    return std::any_of(kernels.begin(), kernels.end(), [&](std::size_t i) {
      const std::string_view text = items_[i].text;
      return items_[i].defined && ptx::takes_address(text.substr(text.find('{')), functions);
    });
  }

  std::string objection_to_recorder(const std::set<std::size_t>& recorder) const {
    for (const std::size_t i : recorder) {
      const Item& item = items_[i];
      if (item.kind != Kind::kFunction || is_defined(our_name(item.name)) || item.name == "vprintf")
        continue;
      std::string name = item.name;
      if (starts_with(name, kTheirs)) name = "cuda" + name.substr(kTheirs.size());
      return "`launch` calls " + readable_name(name) + ", which is not available there";
    }
    return objection_to_variables(recorder);
  }

  // `launch` runs apart from the kernels, with variables of its own: it may read tables.
  std::string objection_to_variables(const std::set<std::size_t>& recorder) const {
    std::set<std::string> tables;
    for (const std::size_t i : recorder) {
      const Item& item = items_[i];
      if (item.kind != Kind::kVariable || is_prelude_or_text(item.name)) continue;
      if (!item.initialised)
        return "`launch` uses the variable '" + readable_name(item.name) +
               "', which kernels do not share with it: use the workspace (ws.alloc)";
      tables.insert(item.name);
    }
    for (const std::size_t i : recorder) {
      if (tables.empty() || !items_[i].defined || starts_with(items_[i].name, kOurs)) continue;
      for (const std::string& name : ptx::addresses_given_away(items_[i].text, tables))
        return "`launch` writes to '" + readable_name(name) +
               "' or passes its address on: kernels have a copy of their own, name it there";
    }
    return "";
  }

  // The recorder's own, and the strings of printf.
  static bool is_prelude_or_text(const std::string& name) {
    return starts_with(name, "vegttt_") || starts_with(name, "$str");
  }

  // Nothing is linked to the kernels: their functions need no name outside, so that the assembler
  // may pass arguments as it likes.
  std::string kernels_text(const std::set<std::size_t>& kernels) const {
    if (kernels.empty()) return header_ + "\n" + std::string(kNoKernel);
    return in_order(kernels, [&](const Item& item) {
      if (item.name == "vprintf") return std::string(kSilentPrintf);
      if (item.kind == Kind::kEntry) return ".visible " + item.text;
      return item.kind == Kind::kFunction ? item.text : with_linkage(item);
    });
  }

  std::string recorder_text(const std::set<std::size_t>& recorder) const {
    const auto names = replacements();
    return in_order(recorder, [&](const Item& item) {
      if (starts_with(item.name, kTheirs)) return std::string();
      if (item.name == "vprintf") return std::string(kSilentPrintf);
      return ptx::replace_names(with_linkage(item), names);
    });
  }

  static std::string with_linkage(const Item& item) {
    return item.linkage.empty() ? item.text : item.linkage + " " + item.text;
  }

  // Declarations of what follows later must stand first: variables, our recorder, then the rest as
  // the compiler ordered it.
  template <class TextOf>
  std::string in_order(const std::set<std::size_t>& chosen, TextOf text_of) const {
    std::string variables, ours, rest;
    for (const std::size_t i : chosen) {
      const Item& item = items_[i];
      std::string& part = item.kind == Kind::kVariable    ? variables
                          : starts_with(item.name, kOurs) ? ours
                                                          : rest;
      part += text_of(item) + "\n";
    }
    return header_ + "\n" + variables + ours + rest;
  }

  std::vector<std::pair<std::string, std::string>> replacements() const {
    std::vector<std::pair<std::string, std::string>> names;
    for (std::size_t k = 0; k < program_.kernels.size(); ++k)
      names.emplace_back(program_.kernels[k].name, std::to_string(kKernelNumber + k));
    for (const auto& [name, places] : places_)
      if (our_name(name) != name) names.emplace_back(name, our_name(name));
    return names;
  }

  std::string header_;
  std::vector<Item> items_;
  std::map<std::string, std::vector<std::size_t>> places_;
  Program program_;
  std::string too_long_;
};

}  // namespace

core::Result<Program> edit_program(std::string_view text) {
  core::Result<ptx::Module> module = ptx::parse(text);
  if (!module) return core::Failure{module.error()};
  return Editor(std::move(module).value()).edit();
}

std::string kernels_to_text(const std::vector<KernelInfo>& kernels) {
  std::ostringstream out;
  for (const KernelInfo& k : kernels) {
    out << k.name << '\t' << k.label << '\t' << k.argument_bytes << '\t' << k.most_threads;
    for (const std::uint32_t n : k.required_threads) out << '\t' << n;
    out << '\n';
  }
  return out.str();
}

core::Result<std::vector<KernelInfo>> kernels_from_text(std::string_view text) {
  std::vector<KernelInfo> kernels;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    KernelInfo kernel;
    std::getline(fields, kernel.name, '\t');
    std::getline(fields, kernel.label, '\t');
    if (!(fields >> kernel.argument_bytes >> kernel.most_threads) ||
        kernel.argument_bytes > kMostArgumentBytes)
      return core::Failure{"the compiler process wrote an unreadable list of kernels"};
    for (std::uint32_t n = 0; fields >> n;) kernel.required_threads.push_back(n);
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

}  // namespace vegttt::evaluate
