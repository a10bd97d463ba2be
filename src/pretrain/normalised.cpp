#include <cctype>
#include <map>
#include <set>

#include "vegttt/pretrain/leak_filter.h"

namespace vegttt::pretrain {
namespace {

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Words that mean something by themselves; every other word that no '.' precedes and no '=' of a
// call follows is a name.
bool is_keyword(const std::string& word) {
  static const std::set<std::string> words = {
      "def", "return", "reference", "Tensor", "torch", "None", "True", "False"};
  return words.count(word) > 0;
}

class Normaliser {
 public:
  Normaliser(const std::string& text, bool keep_numbers)
      : text_(text), keep_numbers_(keep_numbers) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return out_;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\'') return quoted();
    if (starts_word(c)) return word();
    if (std::isdigit(static_cast<unsigned char>(c))) return number();
    depth_ += c == '(' || c == '[';
    depth_ -= c == ')' || c == ']';
    if (!std::isspace(static_cast<unsigned char>(c))) out_ += c;
    ++at_;
  }

  void quoted() {
    const auto end = text_.find('\'', at_ + 1);
    out_ += text_.substr(at_, end - at_ + 1);
    at_ = end + 1;
  }

  void word() {
    const std::size_t from = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    const std::string word = text_.substr(from, at_ - from);
    const bool member = from > 0 && text_[from - 1] == '.';
    const bool keyword_argument = depth_ > 0 && at_ < text_.size() && text_[at_] == '=';
    last_ = keyword_argument ? word : "";
    if (member || keyword_argument || is_keyword(word)) {
      out_ += word == "return" ? "return " : word;
      return;
    }
    const auto found = names_.emplace(word, "n" + std::to_string(names_.size())).first;
    out_ += found->second;
  }

  // Real constants vary between tasks that are otherwise the same; axes and integers do not.
  void number() {
    const std::size_t from = at_;
    while (at_ < text_.size() && (in_word(text_[at_]) || text_[at_] == '.' ||
                                  (text_[at_] == '-' && text_[at_ - 1] == 'e')))
      ++at_;
    const std::string number = text_.substr(from, at_ - from);
    const bool real = number.find_first_of(".e") != std::string::npos;
    const bool geometry = last_ == "stride" || last_ == "padding" || last_ == "dilation" ||
                          last_ == "output_padding" || last_ == "kernel_size";
    out_ += !keep_numbers_ && (real || geometry) ? "#" : number;
  }

  const std::string& text_;
  bool keep_numbers_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string out_, last_;
  std::map<std::string, std::string> names_;
};

}  // namespace

std::string normalised_reference(const std::string& reference, bool keep_numbers) {
  return Normaliser(reference, keep_numbers).run();
}

}  // namespace vegttt::pretrain
