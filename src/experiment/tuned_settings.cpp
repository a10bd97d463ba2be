#include "tuned_settings.h"

#include "vegttt/config/reader.h"
#include "vegttt/core/error.h"

namespace vegttt::experiment {

TunedSettings::TunedSettings(const TunedFile& file) {
  if (file.yaml.empty()) return;
  config::FieldReader reader(file.yaml, file.file, {});
  for (const auto& kind : reader.names_in("methods"))
    by_kind_[kind] = reader.take("methods." + kind);
  reader.throw_if_wrong();
  if (by_kind_.empty())
    throw core::UserError("names no method", file.file, "tuned.yaml of a campaign with `tunes`");
}

const std::vector<config::Given>& TunedSettings::of(const std::string& kind) const {
  static const std::vector<config::Given> none;
  const auto found = by_kind_.find(kind);
  return found == by_kind_.end() ? none : found->second;
}

}  // namespace vegttt::experiment
