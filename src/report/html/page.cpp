// The pieces put together.
#include "vegttt/report/page.h"

#include <fmt/format.h>

#include "choose_kernels.h"
#include "data_block.h"
#include "figures/pdf.h"
#include "markup.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/text.h"
#include "vegttt_embedded/vegttt_report.h"

namespace vegttt::report::html {
namespace {

std::string file(const std::string& name) {
  const auto found = find_embedded(name);
  VEGTTT_ASSERT(found.has_value(), "the page's parts are inside of the program");
  return std::string(*found);
}

// One idea a file, each in a block of its own; they share the object `report`.
std::string script() {
  std::string text = "\"use strict\";\nconst report = {};\n";
  for (const char* name : {"base",
                           "state",
                           "rows",
                           "list",
                           "filters",
                           "code",
                           "difference",
                           "checks",
                           "timing",
                           "viewer",
                           "marks",
                           "keys",
                           "page"})
    text += "{\n" + file(std::string(name) + ".js") + "}\n";
  return text;
}

std::string base64(const std::string& bytes) {
  static const char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out.push_back(i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

// As a Content-Security-Policy names a script or style sheet that stands in the page.
std::string source_hash(const std::string& text) {
  const std::string hex = core::sha256(text);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return "'sha256-" + base64(bytes) + "'";
}

std::string policy(const std::string& style, const std::string& code) {
  return "default-src 'none'; script-src " + source_hash(code) + "; style-src " +
         source_hash(style) + "; base-uri 'none'; form-action 'none'";
}

std::string folder_list(const PageRequest& request) {
  std::vector<std::string> names;
  for (const auto& folder : request.folders) names.push_back(folder.string());
  return core::join(names, ", ");
}

std::string inside_note(const Model& model) {
  const std::size_t outside = model.rollouts() - model.kernels.size();
  std::string text = fmt::format("{} rollouts. ", model.rollouts());
  if (outside > 0)
    text += fmt::format(
        "{} are inside with their text: the best, median and worst of each task and step, all "
        "suspicious ones and one for each kind of failure first. {} are listed by name only; "
        "rollouts.jsonl in the "
        "run's folder has them, and so has `vegttt show`. ",
        model.kernels.size(),
        outside);
  else
    text += "All are inside with their text. ";
  int fresh = 0;
  for (const auto& run : model.runs) fresh += run.fresh;
  if (fresh > 0)
    text += fmt::format("{} fresh ones from the selected checkpoints are in reevaluation.jsonl.",
                        fresh);
  return text;
}

std::string assembled(const PageRequest& request,
                      Model& model,
                      const Plots& plots,
                      const Tables& tables) {
  const std::string style = file("style.css"), code = script();
  std::map<std::string, std::string> values = {
      {"title", escaped(model.title)},
      {"program", escaped(request.program.empty() ? "vegttt" : request.program)},
      {"policy", policy(style, code)},
      {"style", style},
      {"script", code},
      {"contents", contents_markup()},
      {"header", header_markup(model)},
      {"folders", escaped(folder_list(request))},
      {"before", sections_before_rollouts(plots, tables)},
      {"after", sections_after_rollouts(model, plots, tables)}};
  std::size_t used = data_block(model, plots, tables).size() + 6 * model.rollouts();
  for (const auto& [name, value] : values) used += value.size();
  keep_within(model, used < request.bytes ? request.bytes - used : 0);
  values["data"] = data_block(model, plots, tables);
  values["kernels"] = kernel_block(model);
  values["rollouts"] = fill(file("rollouts.html"), {{"note", escaped(inside_note(model))}});
  return fill(file("page.html"), values);
}

}  // namespace
}  // namespace vegttt::report::html

namespace vegttt::report {

Page make_page(const PageRequest& request) {
  html::Model model = html::read_model(request);
  const html::Plots plots = html::plots_of(model);
  const html::Tables tables = html::tables_of_page(model);
  Page page;
  page.html = html::assembled(request, model, plots, tables);
  page.rollouts = model.rollouts();
  page.kernels = model.kernels.size();
  for (const auto* figure : plots.all())
    page.figures.push_back({figure->name,
                            figures::svg_file(figure->drawing, figure->table.title),
                            figures::pdf_file(figure->drawing, figure->table.title)});
  return page;
}

}  // namespace vegttt::report
