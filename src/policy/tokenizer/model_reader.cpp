#include "tokenizer/model_reader.h"

#include "vegttt/core/error.h"
#include "vegttt/core/json_error.h"

namespace vegttt::policy {
namespace {

using Json = nlohmann::json;

// Events of the parser, as nlohmann's sax_parse calls them. Objects and arrays that are kept hang
// in `open_`; within the vocabulary or the merges nothing is built.
class Reader {
 public:
  Reader(TokenizerJson& out, const std::string& where) : out_(out), where_(where) {}

  bool null() { return value(nullptr); }
  bool boolean(bool b) { return value(b); }
  bool number_integer(std::int64_t n) { return in_ == kVocab ? entry(n) : value(n); }
  bool number_unsigned(std::uint64_t n) {
    return in_ == kVocab ? entry(static_cast<std::int64_t>(n)) : value(n);
  }
  bool number_float(double x, const std::string&) { return value(x); }
  bool string(std::string& text) {
    if (in_ != kMerges) return value(std::move(text));
    if (depth_ == 1) return merge_of(text);
    sides_.push_back(std::move(text));
    return true;
  }
  bool binary(Json::binary_t&) { return false; }
  bool key(std::string& name) {
    key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) {
    if (in_ != kRest) bad();
    if (is_model() && key_ == "vocab") return enter(kVocab, out_.has_vocab);
    return open(Json::object());
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) {
    if (in_ == kMerges && depth_ == 1) return ++depth_, true;
    if (in_ != kRest) bad();
    if (is_model() && key_ == "merges") return enter(kMerges, out_.has_merges);
    return open(Json::array());
  }
  bool end_array() {
    if (in_ != kMerges || depth_ == 1) return close();
    --depth_;
    if (sides_.size() != 2) bad();
    out_.merges.emplace_back(std::move(sides_[0]), std::move(sides_[1]));
    sides_.clear();
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    throw core::UserError("not a tokenizer: " + core::reason_of(error), where_);
  }

 private:
  enum Place { kRest, kVocab, kMerges };

  [[noreturn]] void bad() const {
    throw core::UserError(in_ == kMerges ? "a merge is neither a pair nor two words"
                                         : "a token's id is not an integer",
                          where_);
  }
  // Directly in "model", or in a file that is only a model.
  bool is_model() const {
    return (open_.size() == 2 && names_.back() == "model") || open_.size() == 1;
  }
  bool enter(Place place, bool& seen) {
    in_ = place;
    depth_ = 1;
    seen = true;
    return true;
  }
  bool entry(std::int64_t id) {
    out_.vocab.emplace_back(std::move(key_), id);
    return true;
  }
  bool merge_of(const std::string& text) {
    const auto space = text.find(' ');
    if (space == std::string::npos) bad();
    out_.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
    return true;
  }
  Json& put(Json value) {
    if (open_.empty()) return out_.rest = std::move(value);
    Json& parent = *open_.back();
    if (parent.is_object()) return parent[key_] = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }
  bool value(Json value) {
    if (in_ != kRest) bad();
    put(std::move(value));
    return true;
  }
  bool open(Json container) {
    names_.push_back(key_);
    open_.push_back(&put(std::move(container)));
    return true;
  }
  bool close() {
    if (in_ != kRest) {
      in_ = kRest;
      return true;
    }
    open_.pop_back();
    names_.pop_back();
    return true;
  }

  TokenizerJson& out_;
  const std::string& where_;
  Place in_ = kRest;
  int depth_ = 0;
  std::string key_;
  std::vector<std::string> names_, sides_;
  std::vector<Json*> open_;
};

}  // namespace

TokenizerJson read_tokenizer_json(const std::string& text, const std::string& where) {
  TokenizerJson result;
  Reader reader(result, where);
  Json::sax_parse(text, &reader);
  return result;
}

}  // namespace vegttt::policy
