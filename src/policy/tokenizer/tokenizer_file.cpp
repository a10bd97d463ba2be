#include <nlohmann/json.hpp>
#include <utility>

#include "tokenizer/bpe.h"
#include "tokenizer/bytes.h"
#include "tokenizer/model_reader.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_error.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

using Json = nlohmann::json;

template <class T>
T get(const Json& json, const char* key, const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end()) throw core::UserError(std::string(key) + ": missing", where);
  return found->get<T>();
}

template <class T>
T get_or(const Json& json, const char* key, T fallback) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? fallback : found->get<T>();
}

[[noreturn]] void refuse(const std::string& what, const std::string& where) {
  throw core::UserError(what + " is not supported: only byte-level BPE is", where);
}

std::string type_of(const Json& json) { return get_or<std::string>(json, "type", ""); }

bool has(const Json& json, const char* key) { return json.contains(key) && !json[key].is_null(); }

void read_normalizer(const Json& json, BpeTables& tables, const std::string& where) {
  if (!has(json, "normalizer")) return;
  if (type_of(json["normalizer"]) != "NFC")
    refuse("normalizer " + type_of(json["normalizer"]), where);
  tables.nfc = true;
}

// A pattern that stands for itself.
std::string quoted(const std::string& text) { return "\\Q" + text + "\\E"; }

void read_split(const Json& step, BpeTables& tables, const std::string& where) {
  const Json pattern = get<Json>(step, "pattern", where);
  const std::string behavior = get_or<std::string>(step, "behavior", "");
  if (behavior != "Isolated" || get_or<bool>(step, "invert", false))
    refuse("pre_tokenizer Split with behavior " + behavior, where);
  if (pattern.contains("Regex"))
    tables.pre_tokenizer.add_split(get<std::string>(pattern, "Regex", where), where);
  else
    tables.pre_tokenizer.add_split(quoted(get<std::string>(pattern, "String", where)), where);
}

void read_pre_tokenizer(const Json& step, BpeTables& tables, const std::string& where) {
  const std::string type = type_of(step);
  if (type == "Sequence") {
    for (const Json& part : step.at("pretokenizers")) read_pre_tokenizer(part, tables, where);
  } else if (type == "Split") {
    read_split(step, tables, where);
  } else if (type == "Digits") {
    tables.pre_tokenizer.add_split(
        get_or<bool>(step, "individual_digits", false) ? "\\p{N}" : "\\p{N}+", where);
  } else if (type == "ByteLevel") {
    if (get_or<bool>(step, "add_prefix_space", true)) tables.pre_tokenizer.add_prefix_space();
    if (get_or<bool>(step, "use_regex", true)) tables.pre_tokenizer.add_split(kGpt2Split, where);
  } else {
    refuse("pre_tokenizer " + type, where);
  }
}

void set_text(BpeTables& tables,
              std::int64_t id,
              const std::string& text,
              const std::string& where) {
  if (id < 0 || id > 10'000'000)
    throw core::UserError("token id " + std::to_string(id) + " is out of range", where);
  if (tables.texts.size() <= static_cast<std::size_t>(id))
    tables.texts.resize(static_cast<std::size_t>(id) + 1);
  tables.texts[static_cast<std::size_t>(id)] = text;
}

// Ids by the names that the file uses.
using Names = std::unordered_map<std::string_view, int>;

Names read_vocabulary(const TokenizerJson& file, BpeTables& tables, const std::string& where) {
  Names names;
  names.reserve(2 * file.vocab.size());
  tables.ids.reserve(2 * file.vocab.size());
  for (const auto& [token, id] : file.vocab) {
    const std::string bytes = from_stand_ins(token).value_or(token);
    set_text(tables, id, bytes, where);
    tables.ids[bytes] = names[token] = static_cast<int>(id);
  }
  for (int byte = 0; byte < 256; ++byte) {
    const auto found = tables.ids.find(std::string(1, static_cast<char>(byte)));
    if (found == tables.ids.end())
      throw core::UserError("the vocabulary lacks byte " + std::to_string(byte), where);
    tables.merges.set_byte(static_cast<unsigned char>(byte), found->second);
  }
  return names;
}

void read_merges(const TokenizerJson& file,
                 const Names& names,
                 BpeTables& tables,
                 const std::string& where) {
  int rank = 0;
  tables.merges.reserve(file.merges.size());
  for (const auto& [left, right] : file.merges) {
    const auto l = names.find(left), r = names.find(right), whole = names.find(left + right);
    if (l == names.end() || r == names.end() || whole == names.end()) {
      throw core::UserError(
          "merge " + std::to_string(rank) + " names a token that the vocabulary lacks", where);
    }
    tables.merges.add(l->second, r->second, rank++, whole->second);
  }
}

void read_added(const Json& json, BpeTables& tables, const std::string& where) {
  for (const Json& token : get_or<Json>(json, "added_tokens", Json::array())) {
    const bool special = get_or<bool>(token, "special", false);
    AddedToken added{get<std::string>(token, "content", where),
                     get<int>(token, "id", where),
                     special,
                     get_or<bool>(token, "single_word", false),
                     get_or<bool>(token, "lstrip", false),
                     get_or<bool>(token, "rstrip", false),
                     get_or<bool>(token, "normalized", !special)};
    // As the library does: what the vocabulary has already keeps its id there.
    const auto known = tables.ids.find(from_stand_ins(added.text).value_or(added.text));
    if (known != tables.ids.end()) added.id = known->second;
    // The decoder takes an added token's characters for bytes where it can, like any other's.
    set_text(tables, added.id, from_stand_ins(added.text).value_or(added.text), where);
    tables.added.push_back(std::move(added));
  }
}

BpeTables read_tables(const TokenizerJson& file, const std::string& where) {
  const Json& json = file.rest;
  const Json& model = json.contains("model") ? json["model"] : json;
  if (type_of(model) != "BPE" || !file.has_vocab || !file.has_merges) refuse("this model", where);
  if (get_or<bool>(model, "byte_fallback", false)) refuse("byte_fallback", where);
  BpeTables tables;
  tables.ignore_merges = get_or<bool>(model, "ignore_merges", false);
  read_normalizer(json, tables, where);
  if (!has(json, "pre_tokenizer")) refuse("a tokenizer without pre_tokenizer", where);
  read_pre_tokenizer(json["pre_tokenizer"], tables, where);
  if (has(model, "continuing_subword_prefix") && model["continuing_subword_prefix"] != "")
    refuse("continuing_subword_prefix", where);
  if (has(model, "end_of_word_suffix") && model["end_of_word_suffix"] != "")
    refuse("end_of_word_suffix", where);
  const Names names = read_vocabulary(file, tables, where);
  read_merges(file, names, tables, where);
  read_added(json, tables, where);
  return tables;
}

}  // namespace

std::unique_ptr<Tokenizer> parse_tokenizer(const std::string& text, const std::string& where) {
  try {
    return std::make_unique<BpeTokenizer>(read_tables(read_tokenizer_json(text, where), where));
  } catch (const nlohmann::json::exception& error) {
    throw core::UserError("not a tokenizer: " + core::reason_of(error), where);
  }
}

std::unique_ptr<Tokenizer> load_tokenizer(const core::fs::path& folder) {
  const auto path = folder / "tokenizer.json";
  return parse_tokenizer(core::read_file(path), path.string());
}

}  // namespace vegttt::policy
