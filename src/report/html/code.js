// Code with line numbers, and a compiler's log whose positions lead to them.

const lineNode = (text, number) =>
  report.element("span", {class: "code-line", id: "line-" + number, tabindex: "-1"},
    report.element("span", {class: "number", "aria-hidden": "true"}, String(number)),
    report.element("span", {class: "words"}, text + "\n"));

report.codeOf = (kernel) => report.kernels().texts[kernel.code];

report.codePanel = (kernel) => {
  const code = report.codeOf(kernel);
  if (!code) return report.element("p", {class: "empty"}, "The completion holds no code; look at the completion itself.");
  const lines = report.visible(code).replace(/\n$/, "").split("\n");
  const marked = new Set(positionsIn(kernel.evaluation.log ?? "").map((position) => position.line));
  const nodes = lines.map((line, i) => lineNode(line, i + 1));
  for (const number of marked) nodes[number - 1]?.classList.add("named");
  return report.element("pre", {class: "code", tabindex: "0", "aria-label": "code"}, ...nodes);
};

// "candidate:12:3" in a log, with where it stands.
const positionsIn = (log) => [...log.matchAll(/candidate:(\d+)(?::\d+)?/g)].map((match) => ({text: match[0], line: Number(match[1]), at: match.index}));

const goTo = (number) => {
  report.showTab("code");
  const line = document.getElementById("line-" + number);
  if (!line) return;
  line.classList.add("looked-at");
  line.scrollIntoView({block: "center"});
  line.focus({preventScroll: true});
};

report.logPanel = (kernel) => {
  const log = kernel.evaluation.log ?? "";
  if (!log) {
    const compiled = !["compile_error", "scaffold_error", "no_code"].includes(kernel.evaluation.status);
    return report.element("p", {class: "empty"}, compiled ? "The compiler had nothing to say." : kernel.evaluation.message || "There is no log.");
  }
  const nodes = [];
  let from = 0;
  for (const position of positionsIn(log)) {
    nodes.push(report.visible(log.slice(from, position.at)));
    nodes.push(report.element("button", {type: "button", class: "line-link", onclick: () => goTo(position.line)}, position.text));
    from = position.at + position.text.length;
  }
  nodes.push(report.visible(log.slice(from)));
  return report.element("pre", {class: "log", tabindex: "0", "aria-label": "compiler's log"}, ...nodes);
};

report.textPanel = (text, label) =>
  text ? report.element("pre", {class: "text", tabindex: "0", "aria-label": label}, report.visible(text)) : report.element("p", {class: "empty"}, "Empty.");
