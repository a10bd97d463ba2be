#include "vegttt/policy/export.h"

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"

namespace vegttt::policy {
namespace {

bool is_weights(const core::fs::path& file) {
  const std::string name = file.filename();
  return name.ends_with(".safetensors") || name.ends_with(".safetensors.index.json") ||
         name.ends_with(".bin") || name.ends_with(".pt") || name.ends_with(".pth");
}

// Small files: configuration, tokenizer, templates, licence.
void copy_rest(const core::fs::path& base, const core::fs::path& out) {
  for (const auto& entry : core::fs::directory_iterator(base)) {
    if (!entry.is_regular_file() || is_weights(entry.path())) continue;
    core::write_file_atomically(out / entry.path().filename(), core::read_file(entry.path()));
  }
}

std::string dtype_text(at::ScalarType dtype) {
  return dtype == at::kFloat ? "float32" : dtype == at::kHalf ? "float16" : "bfloat16";
}

void write_dtype(const core::fs::path& out, at::ScalarType dtype) {
  const auto path = out / "config.json";
  auto json = core::parse_json(core::read_file(path), path.string());
  json[json.contains("dtype") ? "dtype" : "torch_dtype"] = dtype_text(dtype);
  core::write_file_atomically(path, core::dump_json(json, 2) + "\n");
}

}  // namespace

void export_merged(const core::fs::path& base,
                   const Transformer& model,
                   const Adapter& adapter,
                   const core::fs::path& out,
                   at::ScalarType dtype) {
  if (core::fs::exists(out) && core::fs::equivalent(base, out))
    throw core::UserError(
        "the merged model would replace its base", out.string(), "another folder");
  Weights merged = model.weights;
  detach(merged);
  merge(merged, adapter);
  core::make_folder(out);
  copy_rest(base, out);
  core::fs::remove(out / "model.safetensors.index.json");  // of an earlier model
  write_dtype(out, dtype);
  save_weights(out, merged, model.config, dtype);
}

}  // namespace vegttt::policy
