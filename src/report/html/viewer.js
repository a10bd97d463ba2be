// The selected rollout: what it is, then one of its sides.

const {rows, runs, flags, hashes} = report.data;
const viewer = document.getElementById("viewer");

const record = (kernel, row) => {
  return {...Object.fromEntries(report.cite(row)), code_hash: hashes[rows.hash[row]], mean_logprob: rows.logprob[row], completion_tokens: rows.tokens[row],
    reward: rows.reward[row], advantage: rows.advantage[row], completion: report.kernels().texts[kernel.completion], evaluation: kernel.evaluation};
};

const promptText = (kernel) => {
  const prompt = report.kernels().prompts[kernel.prompt];
  if (!prompt) return "";
  return prompt.system ? `--- system\n${prompt.system}\n--- user\n${prompt.user}` : prompt.user;
};

report.tabs = [
  ["code", "Code", (kernel) => report.codePanel(kernel)],
  ["log", "Compiler", (kernel) => report.logPanel(kernel)],
  ["difference", "Difference", (kernel, row) => report.differencePanel(kernel, row)],
  ["checks", "Checks", (kernel) => report.checksPanel(kernel)],
  ["timing", "Timing", (kernel) => report.timingPanel(kernel)],
  ["prompt", "Prompt", (kernel) => report.textPanel(promptText(kernel), "prompt")],
  ["completion", "Completion", (kernel) => report.textPanel(report.kernels().texts[kernel.completion], "completion")],
  ["record", "JSON", (kernel, row) => report.textPanel(JSON.stringify(record(kernel, row), null, 1), "record")],
];

let tab = "code";

const fact = (term, what) => report.element("div", {}, report.element("dt", {}, term), report.element("dd", {}, what));

const heading = (row) => {
  const status = report.rowStatus(row);
  const interval = rows.low[row] === null ? "" : ` [${report.digits(rows.low[row])}, ${report.digits(rows.high[row])}]`;
  const speed = rows.speedup[row] === null ? "-" : report.times(rows.speedup[row]) + interval;
  const run = runs.length > 1 ? runs[rows.run[row]].label : null;
  return report.element("header", {},
    rows.kernel[row] < 0 ? null : report.element("div", {class: "actions"},
      report.element("button", {type: "button", onclick: () => report.copyCode()}, "copy code"),
      report.element("button", {type: "button", onclick: () => report.copy(location.href, "address")}, "copy address")),
    report.element("h3", {}, report.nameOf(row), " ", report.status(status)),
    report.element("dl", {class: "facts"},
      run ? fact("run", run) : null,
      fact("speedup", speed),
      fact("reward", report.digits(rows.reward[row])),
      fact("advantage", report.digits(rows.advantage[row])),
      fact("tokens", String(rows.tokens[row])),
      fact("mean log-probability", report.digits(rows.logprob[row])),
      fact("kernel", hashes[rows.hash[row]] || "-"),
      flags[rows.flags[row]] ? fact("flags", flags[rows.flags[row]]) : null));
};

const tabButton = ([id, name]) =>
  report.element("button", {type: "button", role: "tab", id: "tab-" + id, "aria-selected": String(id === tab), tabindex: id === tab ? "0" : "-1", onclick: () => report.showTab(id)}, name);

// A kernel that fails is looked at for why.
const firstTab = (row) => {
  const status = report.rowStatus(row);
  if (status === "compile_error") return "log";
  if (status === "no_code") return "completion";
  return status === "wrong" ? "checks" : "code";
};

const body = (row) => {
  if (rows.kernel[row] < 0)
    return report.element("p", {class: "empty"}, "The text of this rollout is not in this page. See it with: ",
      report.element("code", {}, `vegttt show ${runs[rows.run[row]].folder}/${rows.step[row]}/${report.data.tasks[rows.task[row]]}/${rows.n[row]}`));
  const kernel = report.kernels().kernels[rows.kernel[row]];
  const draw = report.tabs.find(([id]) => id === tab)[2];
  const panel = report.element("div", {role: "tabpanel", class: "panel", "aria-labelledby": "tab-" + tab}, draw(kernel, row));
  return report.element("div", {}, report.element("div", {class: "tabs", role: "tablist"}, ...report.tabs.map(tabButton)), panel);
};

const show = () => {
  const row = report.selected;
  viewer.replaceChildren(...(row < 0
    ? [report.element("p", {class: "empty"}, "Select a rollout on the left, or press ", report.element("kbd", {}, "j"), ".")]
    : [heading(row), body(row)]));
};

report.showTab = (id) => {
  tab = id;
  show();
};

report.copyCode = () => {
  if (report.selected < 0 || rows.kernel[report.selected] < 0) return report.say("No code is shown");
  return report.copy(report.codeOf(report.kernels().kernels[rows.kernel[report.selected]]), "code");
};

viewer.addEventListener("keydown", (event) => {
  if (event.target.getAttribute("role") !== "tab" || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const at = report.tabs.findIndex(([id]) => id === tab), by = event.key === "ArrowRight" ? 1 : -1;
  report.showTab(report.tabs[(at + by + report.tabs.length) % report.tabs.length][0]);
  document.getElementById("tab-" + tab).focus();
});

let lastRow = -1;
report.watch((what) => {
  if (what !== "selected") return;
  const kept = ["code", "log", "checks", "completion"].includes(tab);
  if (report.selected >= 0 && report.selected !== lastRow && kept) tab = firstTab(report.selected);
  lastRow = report.selected;
  show();
});
