// Reads one task file: first its keys, then what must hold between them at every size set.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "structures.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/text.h"
#include "vegttt/core/utf8.h"
#include "vegttt/tasks/task.h"
#include "yaml_map.h"

namespace vegttt::tasks {
namespace {

const std::vector<std::string> kTaskKeys = {"id",
                                            "name",
                                            "family",
                                            "sizes",
                                            "constants",
                                            "derived",
                                            "inputs",
                                            "output",
                                            "reference",
                                            "references",
                                            "work",
                                            "chunk_axis",
                                            "chunk_inputs",
                                            "note",
                                            "precision"};
const std::vector<std::string> kInputKeys = {
    "shape", "dtype", "role", "structure", "classes", "distribution"};
const std::vector<std::string> kWorkKeys = {"flops", "bytes", "min_flops", "min_bytes"};

bool is_identifier(const std::string& word) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !word.empty() && !std::isdigit(static_cast<unsigned char>(word[0])) &&
         std::all_of(word.begin(), word.end(), is_word);
}

// Words that a name cannot be, because it becomes a C++ constant or parameter and a TorchScript
// variable.
bool is_taken(const std::string& word) {
  static const std::set<std::string> taken = {
      "out",    "ws",       "launch",   "reference", "torch",    "min",       "max",    "int",
      "float",  "double",   "bool",     "char",      "long",     "short",     "const",  "auto",
      "if",     "else",     "for",      "while",     "do",       "return",    "new",    "delete",
      "class",  "struct",   "template", "this",      "void",     "in",        "is",     "not",
      "and",    "or",       "def",      "lambda",    "pass",     "None",      "True",   "False",
      "from",   "import",   "as",       "with",      "assert",   "default",   "switch", "case",
      "break",  "continue", "static",   "signed",    "unsigned", "namespace", "using",  "operator",
      "public", "private",  "union",    "enum",      "true",     "false",     "sizeof"};
  return taken.count(word) > 0;
}

class TaskReader {
 public:
  TaskReader(const std::string& yaml, const std::string& file) {
    task_.file = file, task_.hash = core::short_hash(yaml);
  }

  Task read(const YamlNode& root) {
    const YamlMap map(root, "task");
    map.allow_only(kTaskKeys);
    read_identity(map);
    read_sizes(map.get("sizes"));
    if (const YamlNode* node = map.find("constants")) read_constants(*node);
    if (const YamlNode* node = map.find("derived")) read_derived(*node);
    read_inputs(map.get("inputs"));
    read_output(map.get("output"));
    read_references(map);
    read_work(map.get("work"));
    read_chunks(map);
    check_sizes(map);
    return std::move(task_);
  }

 private:
  void read_identity(const YamlMap& map) {
    task_.id = map.get("id").text();
    task_.name = map.get("name").text();
    if (const YamlNode* family = map.find("family")) task_.family = family->text();
    if (const YamlNode* note = map.find("note")) task_.note = note->text();
    if (const YamlNode* node = map.find("precision")) task_.contract = read_contract(*node);
    if (task_.id.empty() || task_.id.find_first_of(" \t\n") != std::string::npos) {
      map.get("id").fail(fmt::format("id '{}' must be one word", task_.id));
    }
  }

  static Contract read_contract(const YamlNode& node) {
    const std::string name = node.text();
    const auto contract = contract_from_name(name);
    if (!contract) node.fail(fmt::format("precision '{}' is none of fp32, tf32, bf16", name));
    return *contract;
  }

  void claim(const YamlNode& node, const std::string& name, const std::string& what) {
    if (!is_identifier(name)) node.fail(fmt::format("{} '{}' is not an identifier", what, name));
    if (is_taken(name) || name.rfind("__", 0) == 0)
      node.fail(fmt::format("{} '{}' is a reserved word", what, name));
    const auto [clash, fresh] = names_.emplace(name, what);
    if (!fresh)
      node.fail(fmt::format("{} '{}' clashes with the {} of that name", what, name, clash->second));
  }

  void read_sizes(const YamlNode& node) {
    const YamlMap sets(node, "sizes");
    if (sets.entries().empty()) node.fail("sizes: at least one size set is needed");
    for (const auto& set : sets.entries()) {
      auto& values = task_.sizes[set.key];
      const YamlMap names(set.value, "size set '" + set.key + "'");
      for (const auto& entry : names.entries()) {
        const std::int64_t value = entry.value.integer();
        if (value < 1)
          entry.value.fail(fmt::format("size '{}' is {}: it must be at least 1", entry.key, value));
        if (&set == &sets.entries().front()) claim(entry.key_node, entry.key, "size");
        values.emplace_back(entry.key, value);
      }
      check_same_names(sets, set);
    }
  }

  void check_same_names(const YamlMap& sets, const YamlMap::Entry& set) {
    const auto& first = task_.sizes[sets.entries().front().key];
    const auto& here = task_.sizes[set.key];
    const auto has = [](const auto& values, const std::string& name) {
      return std::any_of(
          values.begin(), values.end(), [&](const auto& v) { return v.first == name; });
    };
    for (const auto& [name, value] : first) {
      if (!has(here, name)) set.value.fail(fmt::format("size set '{}' lacks '{}'", set.key, name));
    }
    for (const auto& [name, value] : here) {
      if (!has(first, name)) {
        set.value.fail(fmt::format(
            "size set '{}' has '{}', which '{}' lacks", set.key, name, sets.entries().front().key));
      }
    }
  }

  void read_constants(const YamlNode& node) {
    const YamlMap constants(node, "constants");
    for (const auto& entry : constants.entries()) {
      claim(entry.key_node, entry.key, "constant");
      task_.constants.emplace_back(entry.key, entry.value.number());
    }
  }

  void read_derived(const YamlNode& node) {
    const YamlMap derived(node, "derived");
    for (const auto& entry : derived.entries()) {
      claim(entry.key_node, entry.key, "derived name");
      task_.derived.emplace_back(entry.key, entry.value.text());
    }
  }

  void read_inputs(const YamlNode& node) {
    const YamlMap inputs(node, "inputs");
    if (inputs.entries().empty()) node.fail("inputs: at least one input is needed");
    for (const auto& entry : inputs.entries()) {
      claim(entry.key_node, entry.key, "input");
      task_.inputs.push_back(read_input(entry));
    }
  }

  InputSpec read_input(const YamlMap::Entry& entry) {
    const YamlMap map(entry.value, "input '" + entry.key + "'");
    map.allow_only(kInputKeys);
    InputSpec input;
    input.name = entry.key;
    input.shape = read_shape(map.get("shape"));
    input.dtype = read_dtype(map.get("dtype"));
    if (const YamlNode* role = map.find("role")) input.parameter = read_role(*role);
    if (const YamlNode* word = map.find("structure")) input.structure = read_structure(*word);
    if (const YamlNode* classes = map.find("classes")) input.classes = classes->text();
    if (const YamlNode* text = map.find("distribution")) input.distribution = text->text();
    if (input.dtype == DType::kBool && input.structure == Structure::kNone)
      input.structure = Structure::kBool;
    check_input(input, map);
    return input;
  }

  void check_input(const InputSpec& input, const YamlMap& map) {
    const DType fitting = input.structure == Structure::kClassIndex ? DType::kInt64
                          : input.structure == Structure::kBool     ? DType::kBool
                                                                    : DType::kFloat32;
    if (input.dtype != fitting) {
      map.get("dtype").fail(fmt::format("input '{}': structure {} needs dtype {}, not {}",
                                        input.name,
                                        name_of(input.structure),
                                        name_of(fitting),
                                        name_of(input.dtype)));
    }
    if ((input.structure == Structure::kClassIndex) != !input.classes.empty()) {
      map.self().fail(
          fmt::format("input '{}': 'classes' and structure class_index go together", input.name));
    }
    if (is_matrix(input.structure) && input.shape.size() < 2) {
      map.get("shape").fail(fmt::format(
          "input '{}': structure {} needs two axes", input.name, name_of(input.structure)));
    }
    if (!is_known_distribution(input.distribution)) {
      map.get("distribution")
          .fail(fmt::format("unknown distribution '{}'{}",
                            input.distribution,
                            core::did_you_mean(input.distribution, known_distributions())),
                "known: " + core::join(known_distributions(), ", "));
    }
  }

  std::vector<std::string> read_shape(const YamlNode& node) {
    std::vector<std::string> shape;
    for (const YamlNode& item : node.items()) shape.push_back(item.text());
    return shape;
  }

  DType read_dtype(const YamlNode& node) {
    const std::string word = node.text();
    const std::vector<std::string> known = {"float32", "int64", "bool"};
    for (const DType dtype : {DType::kFloat32, DType::kInt64, DType::kBool}) {
      if (word == name_of(dtype)) return dtype;
    }
    node.fail(fmt::format("unknown dtype '{}'{}", word, core::did_you_mean(word, known)),
              "known: " + core::join(known, ", "));
  }

  bool read_role(const YamlNode& node) {
    const std::string word = node.text();
    if (word == "input") return false;
    if (word == "parameter") return true;
    node.fail(
        fmt::format("unknown role '{}'{}", word, core::did_you_mean(word, {"input", "parameter"})),
        "known: input, parameter");
  }

  Structure read_structure(const YamlNode& node) {
    const std::string word = node.text();
    if (const auto structure = structure_from_name(word)) return *structure;
    node.fail(
        fmt::format("unknown structure '{}'{}", word, core::did_you_mean(word, structure_names())),
        "known: " + core::join(structure_names(), ", "));
  }

  void read_output(const YamlNode& node) {
    const YamlMap map(node, "output");
    map.allow_only({"shape", "dtype"});
    task_.output_shape = read_shape(map.get("shape"));
    task_.output_dtype = read_dtype(map.get("dtype"));
  }

  void read_references(const YamlMap& map) {
    task_.reference = map.get("reference").text();
    if (const YamlNode* node = map.find("references")) {
      const YamlMap named(*node, "references");
      for (const auto& entry : named.entries()) task_.references[entry.key] = entry.value.text();
    }
  }

  void read_work(const YamlNode& node) {
    const YamlMap map(node, "work");
    map.allow_only(kWorkKeys);
    for (const std::string& key : kWorkKeys) task_.work[key] = map.get(key).text();
  }

  void read_chunks(const YamlMap& map) {
    const YamlNode* axis = map.find("chunk_axis");
    const YamlNode* inputs = map.find("chunk_inputs");
    if (!axis && !inputs) return;
    if (!axis || !inputs) map.self().fail("chunk_axis and chunk_inputs go together");
    task_.chunk_axis = read_axis(*axis, task_.output_shape.size(), "output");
    const YamlMap axes(*inputs, "chunk_inputs");
    for (const auto& entry : axes.entries()) {
      const auto input = std::find_if(task_.inputs.begin(),
                                      task_.inputs.end(),
                                      [&](const InputSpec& i) { return i.name == entry.key; });
      if (input == task_.inputs.end())
        entry.key_node.fail(fmt::format("chunk_inputs: there is no input '{}'", entry.key));
      task_.chunk_inputs[entry.key] = read_axis(entry.value, input->shape.size(), entry.key);
    }
  }

  int read_axis(const YamlNode& node, std::size_t rank, const std::string& of) {
    const std::int64_t axis = node.integer();
    if (axis < 0 || axis >= static_cast<std::int64_t>(rank))
      node.fail(fmt::format("{} has no axis {}", of, axis));
    return static_cast<int>(axis);
  }

  // Everything that depends on numbers, at every size set, so that a run never meets it.
  void check_sizes(const YamlMap& map) {
    for (const auto& [size, values] : task_.sizes) {
      try {
        const Dimensions dims = task_.dimensions(size);
        task_.input_shapes(size);
        task_.output(size);
        for (const InputSpec& input : task_.inputs) check_input_values(input, dims, size);
        check_work(size);
      } catch (const core::UserError& error) {
        throw core::UserError(relocated(error.what(), map), "", error.try_this());
      }
    }
  }

  void check_input_values(const InputSpec& input, const Dimensions& dims, const std::string& size) {
    const std::string where =
        fmt::format("{}: size set '{}': input '{}'", task_.file, size, input.name);
    if (!input.classes.empty() && evaluate_expression(input.classes, dims, where) < 1) {
      throw core::UserError("'classes' must be at least 1", where);
    }
    if (const std::string fan_in = fan_in_of(input.distribution); !fan_in.empty()) {
      if (evaluate_expression(fan_in, dims, where) < 1)
        throw core::UserError("fan_in must be at least 1", where);
    }
    if (is_matrix(input.structure)) {
      const std::size_t rank = input.shape.size();
      if (evaluate_expression(input.shape[rank - 1], dims, where) !=
          evaluate_expression(input.shape[rank - 2], dims, where)) {
        throw core::UserError(
            fmt::format("structure {} needs a square matrix", name_of(input.structure)), where);
      }
    }
  }

  void check_work(const std::string& size) {
    const Work work = task_.work_at(size);
    const std::string where = fmt::format("{}: size set '{}': work", task_.file, size);
    if (work.min_flops > work.flops) throw core::UserError("min_flops is more than flops", where);
    if (work.min_bytes > work.bytes) throw core::UserError("min_bytes is more than bytes", where);
    if (work.min_flops < 0 || work.min_bytes < 0)
      throw core::UserError("the least work is negative", where);
  }

  // These messages name file and key; put the line of that key in: "x.yaml:7: size set 'tiny': HO:
  // ...".
  std::string relocated(const std::string& message, const YamlMap& map) const {
    const std::string start = task_.file + ": size set '";
    if (message.rfind(start, 0) != 0) return message;
    const YamlNode* node = line_of(message, map);
    return (node ? node->where() : task_.file) + message.substr(task_.file.size());
  }

  const YamlNode* line_of(const std::string& message, const YamlMap& map) const {
    const std::string rest = message.substr(message.find("': ") + 3);
    const std::string key = rest.substr(0, rest.find(':'));
    for (const char* section : {"derived", "inputs", "work"}) {
      const YamlNode* node = map.find(section);
      if (!node) continue;
      for (const auto& pair : node->node) {
        if (pair.first.Scalar() != key && "input '" + pair.first.Scalar() + "'" != key) continue;
        line_ = {pair.first, task_.file};
        return &line_;
      }
    }
    return map.find(key);
  }

  Task task_;
  std::map<std::string, std::string> names_;  // name -> what it is
  mutable YamlNode line_;
};

}  // namespace

Task parse_task(const std::string& yaml, const std::string& file_name) {
  if (const int line = core::first_line_not_utf8(yaml); line > 0)
    throw core::UserError("not valid UTF-8", fmt::format("{}:{}", file_name, line));
  if (core::trim(yaml).empty()) throw core::UserError("is empty", file_name);
  YAML::Node root;
  try {
    root = YAML::Load(yaml);
  } catch (const YAML::Exception& error) {
    throw core::UserError("not valid YAML: " + error.msg,
                          fmt::format("{}:{}", file_name, error.mark.line + 1));
  }
  return TaskReader(yaml, file_name).read({root, file_name});
}

Task load_task(const core::fs::path& path) {
  return parse_task(core::read_file(path), path.string());
}

}  // namespace vegttt::tasks
