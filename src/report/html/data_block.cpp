#include "data_block.h"

#include <charconv>
#include <cmath>

#include "markup.h"
#include "vegttt/report/formats.h"

namespace vegttt::report::html {
namespace {

using core::Json;

// Whole numbers as they are, since many are places in other lists; of others four digits are what
// the list shows.
void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char text[32];
  if (value == std::trunc(value) && std::abs(value) < 1e15) {
    const auto whole = std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(value));
    out.append(text, whole.ptr);
    return;
  }
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4);
  out.append(text, end.ptr);
}

template <class F>
std::string column(const Model& model, const F& value) {
  std::string out = "[";
  for (std::size_t run = 0; run < model.runs.size(); ++run) {
    for (const auto& row : model.runs[run].rows) {
      if (out.size() > 1) out += ",";
      append_number(out, value(static_cast<int>(run), row));
    }
  }
  return out + "]";
}

// Texts that repeat, by number.
class Pool {
 public:
  int number(const std::string& text) {
    const auto [found, added] = index_.emplace(text, static_cast<int>(texts_.size()));
    if (added) texts_.push_back(text);
    return found->second;
  }
  const Json& texts() const { return texts_; }

 private:
  std::map<std::string, int> index_;
  Json texts_ = Json::array();
};

std::string json_text(const Json& json) { return core::dump_json(json); }

std::string rows_text(const Model& model, Pool& hashes, Pool& flags) {
  const std::vector<std::pair<const char*, std::function<double(int, const Row&)>>> columns = {
      {"run", [](int run, const Row&) { return run; }},
      {"step", [](int, const Row& row) { return row.step; }},
      {"task", [](int, const Row& row) { return row.task; }},
      {"n", [](int, const Row& row) { return row.sample; }},
      {"status", [](int, const Row& row) { return static_cast<int>(row.status); }},
      {"reached",
       [](int, const Row& row) {
         return row.status == records::Status::kUnscored ? -1
                                                         : static_cast<int>(stage_of(row.status));
       }},
      {"speedup", [](int, const Row& row) { return row.speedup; }},
      {"low", [](int, const Row& row) { return row.low; }},
      {"high", [](int, const Row& row) { return row.high; }},
      {"reward", [](int, const Row& row) { return row.reward; }},
      {"advantage", [](int, const Row& row) { return row.advantage; }},
      {"logprob", [](int, const Row& row) { return row.mean_logprob; }},
      {"tokens", [](int, const Row& row) { return row.tokens; }},
      {"hash", [&](int, const Row& row) { return hashes.number(row.code_hash); }},
      {"flags", [&](int, const Row& row) { return flags.number(row.flags); }},
      {"kernel", [](int, const Row& row) { return row.kernel; }}};
  std::string text = "{";
  for (const auto& [name, value] : columns)
    text += (text.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + column(model, value);
  return text + "}";
}

Json runs_json(const Model& model) {
  Json list = Json::array();
  for (const auto& run : model.runs)
    list.push_back({{"name", run.name},
                    {"label", run_label(model, run)},
                    {"series", run.series},
                    {"method", run.records.method},
                    {"seed", run.records.seed},
                    {"folder", run.records.path.string()}});
  return list;
}

Json tables_json(const Plots& plots, const Tables& tables) {
  auto all = tables.all();
  for (const auto* figure : plots.all()) all.push_back(&figure->table);
  Json json = Json::object();
  for (const Table* table : all)
    json[table->name] = {{"markdown", markdown(*table)},
                         {"latex", latex(*table)},
                         {"csv", csv(*table)},
                         {"json", core::dump_json(to_json(*table), 1)}};
  return json;
}

Json status_names() {
  Json list = Json::array();
  for (const auto status : records::all_statuses()) list.push_back(records::name_of(status));
  return list;
}

}  // namespace

std::string data_block(const Model& model, const Plots& plots, const Tables& tables) {
  Pool hashes, flags;
  const std::string rows = rows_text(model, hashes, flags);
  Json stages = Json::array();
  for (int stage = 0; stage < kStages; ++stage)
    stages.push_back(name_of(static_cast<Stage>(stage)));
  std::string text =
      "{\"runs\":" + json_text(runs_json(model)) + ",\"series\":" + json_text(model.series) +
      ",\"tasks\":" + json_text(model.tasks) + ",\"statuses\":" + json_text(status_names()) +
      ",\"stages\":" + json_text(stages) + ",\"hashes\":" + json_text(hashes.texts()) +
      ",\"flags\":" + json_text(flags.texts()) + ",\"rows\":" + rows +
      ",\"tables\":" + json_text(tables_json(plots, tables)) + "}";
  return inert_json(std::move(text));
}

std::string kernel_block(const Model& model) {
  Pool texts;
  std::map<std::string, std::size_t> places;  // of evaluations
  std::string kernels, evaluations;
  for (const auto& kernel : model.kernels) {
    const int completion = texts.number(kernel.completion);
    const int code = kernel.code == kernel.completion ? completion : texts.number(kernel.code);
    const auto [place, added] = places.emplace(kernel.evaluation, places.size());
    if (added) evaluations += (evaluations.empty() ? "" : ",\n") + kernel.evaluation;
    kernels += (kernels.empty() ? "" : ",\n") + ("{\"completion\":" + std::to_string(completion)) +
               ",\"code\":" + std::to_string(code) +
               ",\"prompt\":" + json_text(kernel.prompt_hash) +
               ",\"evaluation\":" + std::to_string(place->second) + "}";
  }
  Json prompts = Json::object();
  for (const auto& [hash, prompt] : model.prompts)
    prompts[hash] = {{"system", prompt.system}, {"user", prompt.user}};
  return inert_json("{\"texts\":" + json_text(texts.texts()) +
                    ",\"prompts\":" + json_text(prompts) + ",\"evaluations\":[" + evaluations +
                    "],\"kernels\":[" + kernels + "]}");
}

}  // namespace vegttt::report::html
