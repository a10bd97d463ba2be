// Data, elements and small helpers. Text of others enters the page through textContent only.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

report.data = read("report-data");

let kernels = null;
// The large block is read when the first kernel is looked at.
// Equal texts and evaluations stand in the file once.
const readKernels = () => {
  const block = read("report-kernels");
  for (const kernel of block.kernels) kernel.evaluation = block.evaluations[kernel.evaluation];
  return block;
};
report.kernels = () => (kernels ??= readKernels());

// element("td", {class: "r"}, "text", anotherElement): strings become text nodes.
report.element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

report.svg = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// Characters that turn or hide text (Trojan Source) are shown by their numbers.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
report.visible = (text) =>
  text.replace(/\r\n/g, "\n").replace(hidden, (c) =>
    "\u27e8U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e9");

// A number of the records: "nan", "inf" and "-inf" are text there.
report.number = (value) => {
  if (typeof value === "number") return value;
  return value === "inf" ? Infinity : value === "-inf" ? -Infinity : NaN;
};

report.digits = (value, count = 3) => {
  if (value === null || value === undefined) return "-";
  const number = report.number(value);
  if (!Number.isFinite(number)) return String(value);
  return String(Number(number.toPrecision(count)));
};

report.times = (value) => (Number.isFinite(value) ? value.toFixed(2) + "x" : "-");

// Shapes go with colours, so that nobody has to see the colour.
report.shapes = {
  fast: "\u25b2", slow: "\u25cf", suspicious: "\u25c6", wrong: "\u2715", timeout: "\u25f7", launch_error: "\u25bc",
  compile_error: "\u25a0", scaffold_error: "\u25a1", no_code: "\u25cb", unscored: "\u2013",
};
report.status = (name) =>
  report.element("span", {class: "status st-" + name},
    report.element("span", {class: "shape", "aria-hidden": "true"}, report.shapes[name] ?? "?"),
    " " + name.replace("_", " "));

let fading = 0;
report.say = (text) => {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => toast.classList.remove("shown"), 1800);
};

const copyOldWay = (text) => {
  const area = report.element("textarea", {class: "offscreen"});
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
};

report.copy = async (text, what) => {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copyOldWay(text);
  }
  report.say(done ? what + " copied" : "The browser does not let this page copy");
};
