// The verdict's numbers: one line for each set of inputs, then how long each stage took.

const cell = (text, right) => report.element("td", right ? {class: "r"} : {}, text);

const seconds = (value) => (report.number(value) < 0.001 ? "< 0.001" : report.digits(value)) + " s";

const checkLine = (check) =>
  report.element("tr", check.passed ? {} : {class: "failed"},
    cell(String(check.input_set), true),
    cell(check.shapes || "-"),
    cell(check.passed ? "\u2713 passed" : "\u2715 failed"),
    cell(report.digits(check.largest_error) + " of allowed", true),
    cell(check.elements ? `[${(check.at ?? []).join(", ")}]` : "-"),
    cell(check.elements ? report.digits(check.got, 6) : "-", true),
    cell(check.elements ? report.digits(check.expected, 6) : "-", true),
    cell(`${check.bad} of ${check.elements}`, true),
    cell(check.reason || ""));

const table = (header, lines) =>
  report.element("div", {class: "scroll"}, report.element("table", {},
    report.element("thead", {}, report.element("tr", {}, ...header.map((text) => report.element("th", {scope: "col"}, text)))),
    report.element("tbody", {}, ...lines)));

const stageLines = (stages) => Object.entries(stages ?? {}).map(([name, value]) =>
  report.element("tr", {}, cell(name), cell(seconds(value), true)));

report.checksPanel = (kernel) => {
  const {checks = [], stage_s: stages, message, status} = kernel.evaluation;
  const parts = [];
  if (message) parts.push(report.element("p", {class: "message"}, report.visible(message)));
  if (checks.length > 0)
    parts.push(table(["input", "shapes", "", "largest error", "worst at", "got", "expected", "beyond", "why"], checks.map(checkLine)));
  else
    parts.push(report.element("p", {class: "empty"}, `Nothing was compared with the truth: the kernel ended as ${status.replace("_", " ")}.`));
  const lines = stageLines(stages);
  if (lines.length > 0) parts.push(table(["stage", "time"], lines));
  return report.element("div", {}, ...parts);
};
