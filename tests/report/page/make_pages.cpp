// report_pages FOLDER: pages for the browser test, made from folders that no program ran.
#include <iostream>

#include "run_folder.h"
#include "vegttt/core/error.h"
#include "vegttt/report/page.h"

namespace {

using vegttt::core::fs::path;
using vegttt::test::FakeFolder;

void write_page(const path& file, const std::vector<path>& folders) {
  vegttt::report::PageRequest request;
  request.folders = folders;
  request.extract_code = [](const std::string& completion) { return completion; };
  request.program = "vegttt of a test";
  const auto page = vegttt::report::make_page(request);
  vegttt::core::write_file_atomically(file, page.html);
  vegttt::core::make_folder(file.parent_path() / "figures");
  for (const auto& figure : page.figures)
    vegttt::core::write_file_atomically(file.parent_path() / "figures" / (figure.name + ".pdf"),
                                        figure.pdf);
  std::cout << file.string() << ": " << page.rollouts << " rollouts, " << page.kernels
            << " inside, " << page.html.size() << " bytes\n";
}

void make_pages(const path& folder) {
  FakeFolder small;
  small.completion = vegttt::test::planted_markup();
  small.description = "<script>document.title = 'planted'</script>";
  write_page(folder / "small.html", {make_run_folder(folder / "small", small)});

  FakeFolder partial;
  partial.finished = false;
  write_page(folder / "partial.html", {make_run_folder(folder / "partial", partial)});

  std::vector<path> several;
  for (const int seed : {42, 43, 44}) {
    for (const char* method : {"batch_ttt", "best_of_n"}) {
      FakeFolder one;
      one.method = method;
      one.seed = seed;
      if (one.method == "best_of_n") one.steps = 0;
      several.push_back(make_run_folder(folder / (one.method + "-s" + std::to_string(seed)), one));
    }
  }
  write_page(folder / "several.html", several);

  write_page(folder / "campaign.html", {vegttt::test::make_campaign_folder(folder / "campaign")});

  FakeFolder large;
  large.steps = 9;
  large.samples = 50;
  large.tasks = {
      "L1/4", "L1/5", "L1/7", "L1/9", "L1/12", "L1/14", "L1/15", "L1/33", "L1/51", "L1/96"};
  write_page(folder / "large.html", {make_run_folder(folder / "large", large)});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: report_pages FOLDER\n";
    return 2;
  }
  try {
    make_pages(argv[1]);
  } catch (const vegttt::core::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
