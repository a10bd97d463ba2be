#pragma once

#include <string>
#include <vector>

#include "vegttt/config/reader.h"
#include "vegttt/experiment/campaign.h"

namespace vegttt::experiment {

// Keys of an experiment under a name that the user chose.
struct Variant {
  std::string name;
  std::vector<config::Given> values;
};

// A campaign file before it is multiplied out.
struct Product {
  std::vector<config::Given> shared, budget, grid, held_out_tasks;
  std::vector<Variant> methods, subsets;
};

// Throws UserError with every mistake of the file.
Product read_product(config::FieldReader& reader, CampaignOptions& options);

}  // namespace vegttt::experiment
